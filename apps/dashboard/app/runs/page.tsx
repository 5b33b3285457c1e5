import { UserError } from '@id3/core';
import { listMetricKeys, listSavedViews } from '@id3/tracking';
import { About } from '../../components/about/about.tsx';
import { RunsView } from '../../components/runs-view.tsx';
import { BUILT_IN, configFields, readEntries } from '../../server/fields.ts';
import { page } from '../../server/page.tsx';
import { runsTable, type RunsTable } from '../../server/runs.ts';

export const metadata = { title: 'Runs' };

/** Lines sent with the page; the others come when they are scrolled to. */
const FIRST_LINES = 100;

export default page(({ db, search }) => {
  const entries = readEntries(db);
  let table: RunsTable;
  let problem: string | undefined;
  try {
    table = runsTable(db, search, entries);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    problem = error.message;
    table = runsTable(db, { ...search, filter: undefined }, entries);
  }
  return (
    <RunsView
      columns={table.columns}
      first={table.lines.slice(0, FIRST_LINES)}
      lines={table.lines.length}
      runs={table.runs}
      all={entries.length}
      hidden={table.hidden}
      views={listSavedViews(db)}
      problem={problem}
      about={<About view="runs" />}
      fields={{
        about: BUILT_IN.filter((name) => name !== 'name'),
        metrics: listMetricKeys(db),
        config: configFields(entries),
      }}
    />
  );
});
