import { duration, shellWord } from '@id3/core';
import type { Maker, RunRow } from '@id3/tracking';
import { findings } from '../finding.ts';
import { legend, tableTexts, type Texts } from '../formats/texts.ts';
import { MEASURES_LEGEND, measureTexts, type MeasuredRow } from '../measures.ts';
import { flatten } from '../sweep.ts';
import type { ResultTable } from '../tabulate.ts';
import type { ReportData } from './data.ts';
import { markup, type Markup } from './markup.ts';
import { textTable, upright } from './table.ts';

/** A moment of the data, to the minute; UTC, for a report is read elsewhere. */
const moment = (time: number): string => `${new Date(time).toISOString().slice(0, 16).replace('T', ' ')} UTC`;

const plain = (rows: readonly (readonly string[])[]): Texts => ({ rows, best: () => false });

/** A clause as the beginning of a sentence; the name of a field stays as it is. */
const capital = (text: string): string =>
  /^\S+ = /.test(text) ? text : text.charAt(0).toUpperCase() + text.slice(1);

/** Title, and of which run, when and by what. */
export function head({ experiment, run, makers, table }: ReportData): Markup {
  const engines = distinct([run, ...makers].flatMap(({ engine }) => engine ?? []));
  const facts: [string, string | undefined][] = [
    ['Run', `${run.id}, ${run.name}`],
    ['Started', moment(run.startedAt)],
    ['Ended', run.finishedAt === null ? 'not yet' : `${moment(run.finishedAt)}, ${run.status}`],
    ['Compares', `${table.rows.length} variants on ${table.columns.length} columns`],
    ['Engine', engines.length > 0 ? engines.join(', ') : undefined],
    ['Revision', run.gitRevision === null ? undefined : revisionOf(run)],
  ];
  return markup`<header>
    <p class="kicker">Experiment report</p>
    <h1>${experiment}</h1>
    <dl class="facts">
      ${facts.map(
        ([name, value]) =>
          value !== undefined &&
          markup`<div>
            <dt>${name}</dt>
            <dd>${value}</dd>
          </div> `,
      )}
    </dl>
  </header> `;
}

const revisionOf = ({ gitRevision, gitDirty }: Pick<RunRow, 'gitRevision' | 'gitDirty'>): string =>
  `${gitRevision!.slice(0, 10)}${gitDirty === true ? ', changed' : ''}`;

/** What was found, the first clause largest. */
export function findingsSection(table: ResultTable): Markup {
  const [first, ...more] = findings(table).map(capital);
  if (first === undefined) return markup``;
  return markup`<section>
    <h2>Main findings</h2>
    <p class="lead">${first}.</p>
    ${
      more.length > 0 &&
      markup`<ul class="findings">
        ${more.map((clause) => markup`<li>${clause}.</li> `)}
      </ul> `
    }
    <p class="note">
      In points of accuracy on ${table.endpoints[0]?.column}, ± 95 % CI. A row “matters” where its difference
      is told from chance after Holm’s correction; it is “undecided” where neither that nor its absence is
      shown.
    </p>
  </section> `;
}

/** The tables of the same experiment in the other formats. */
export function accuracySection(table: ResultTable): Markup {
  const [accuracies, ...others] = tableTexts(table);
  const differences = others.filter(({ above }) => above !== undefined);
  const designs = others.filter(({ above }) => above === undefined);
  return markup`<section>
    <h2>Accuracy</h2>
    ${textTable(upright(accuracies), { id: 'accuracies', caption: 'Accuracy of each variant on each benchmark. Bold: the best of a benchmark; ceiling and floor do not compete.' })}
    ${differences.map((texts) => textTable(upright(texts), { id: 'differences', caption: `Differences to ${table.baseline?.title}. Shaded by their size: blue above, orange below.` }))}
    ${designs.map((texts, k) => textTable(texts, { id: `design-${k}`, caption: 'The two parts of the method and their interaction.' }))}
    <p class="note">${legend(table)}</p>
  </section> `;
}

/** The measures that any row has. */
export function measuresSection(measured: readonly MeasuredRow[]): Markup {
  const [header, ...rows] = measureTexts(measured);
  const known = rows.filter((row) => row.slice(1).some((text) => text !== NOTHING));
  if (known.length === 0) return markup``;
  const shown = header.map((_, k) => k === 0 || known.some((row) => row[k] !== NOTHING));
  const texts = plain([header, ...known].map((row) => row.filter((_, k) => shown[k])));
  return markup`<section>
    <h2>Datasets</h2>
    ${textTable(upright(texts), { id: 'measures', caption: 'Measures of what each variant’s recognisers are trained on.', note: MEASURES_LEGEND })}
  </section> `;
}
const NOTHING = '–';

/** Which code and engine computed it, and the commands that do so again. */
export function originSection({ run, makers, request }: ReportData): Markup {
  const { baseline, benchmarks, seeds } = request;
  const words = Object.entries({ run: String(run.id), baseline, benchmarks, seeds }).flatMap(
    ([name, value]) => (value === undefined ? [] : [shellWord(`--${name}=${value}`)]),
  );
  const commands = [
    ...(run.gitRevision === null ? [] : [`git checkout ${run.gitRevision}`]),
    ...(run.command === null ? [] : [run.command]),
  ];
  return markup`<section>
    <h2>How to reproduce it</h2>
    ${
      commands.length > 0
        ? markup`<p>
              The experiment${run.gitDirty === true && ', which ran with changes that were not committed'}:
            </p>
            <pre>${commands.join('\n')}</pre>`
        : markup`<p>The database does not say by which command the experiment was run.</p>`
    }
    <p>This report, from its database:</p>
    <pre>${['npx nx run tools:export-report', ...words].join(' ')}</pre>
    ${makers.length > 0 && textTable(plain(makersTexts(makers)), { id: 'makers', kind: 'words', caption: 'What computed the stages that the results rest on.' })}
  </section> `;
}

/** Stages by engine, versions and revision; how many runs, and their time summed over processes. */
function makersTexts(makers: readonly Maker[]): string[][] {
  const groups = new Map<string, Maker[]>();
  for (const maker of makers) {
    const versions = Object.entries(maker.engineVersions ?? {}).map(
      ([name, version]) => `${name} ${version}`,
    );
    const revision = maker.gitRevision === null ? NOTHING : revisionOf(maker);
    const key = JSON.stringify([
      maker.stage ?? NOTHING,
      maker.engine ?? NOTHING,
      versions.join(', ') || NOTHING,
      revision,
    ]);
    groups.set(key, [...(groups.get(key) ?? []), maker]);
  }
  const rows = [...groups].map(([key, some]) => {
    const [stage, engine, versions, revision] = JSON.parse(key) as string[];
    const ms = some.reduce(
      (sum, { startedAt, finishedAt }) => sum + (finishedAt ?? startedAt) - startedAt,
      0,
    );
    return [stage, String(some.length), duration(ms / 1000), engine, versions, revision];
  });
  return [['stage', 'runs', 'compute time', 'engine', 'versions', 'revision'], ...rows];
}

/** Every field of the config, and what each row changes of it; closed until it is opened. */
export function configSection({ run, table }: ReportData): Markup {
  const base = flatten(run.config);
  const text = (value: unknown) =>
    typeof value === 'string' ? value || '""' : (JSON.stringify(value) ?? NOTHING);
  const changes = table.rows.flatMap(({ title, config }) =>
    Object.entries(flatten(config)).flatMap(([field, value]) =>
      text(value) === text(base[field]) ? [] : [[title, field, text(base[field]), text(value)]],
    ),
  );
  const fields = Object.entries(base).map(([field, value]) => [field, text(value)]);
  return markup`<section>
    <h2>Config</h2>
    ${
      changes.length > 0 &&
      markup`<details>
        <summary>What each row changes</summary>
        ${textTable(plain([['row', 'field', 'config', 'row’s value'], ...changes]), { id: 'changes', kind: 'words', caption: 'Fields in which a row’s config differs from the experiment’s.' })}
      </details> `
    }
    <details>
      <summary>All ${fields.length} fields</summary>
      ${textTable(plain([['field', 'value'], ...fields]), { id: 'config', kind: 'words', caption: 'The experiment’s config.' })}
    </details>
  </section> `;
}

const distinct = <T>(values: readonly T[]): T[] => [...new Set(values)];
