import { mainFinding, readResults, tabulate } from '@id3/report';
import {
  countExperiments,
  getVerified,
  listExperimentOverviews,
  type ExperimentOverview,
  type OverviewRun,
  type Reader,
  type RunStatus,
} from '@id3/tracking';
import { readJobs, type JobsView } from './jobs.ts';

/** Experiments on one page: of each a table is read, once. */
const PAGE = 12;

/** An experiment as the first page shows it. */
export interface ExperimentCard {
  readonly overview: ExperimentOverview;
  /** Its newest run. */
  readonly run: OverviewRun;
  readonly status: RunStatus;
  /** How far the run is, while it runs: 0 to 1. */
  readonly progress: number | undefined;
  readonly secondsLeft: number | null;
  /** Rows of its table with all their recognisers verified; undefined where the run compares nothing. */
  readonly rows: { readonly done: number; readonly all: number } | undefined;
  /** In one sentence; undefined where nothing was compared, or nothing is measured yet. */
  readonly finding: string | undefined;
  /** The run whose table it is from: the newest that compares variants. */
  readonly table: OverviewRun | undefined;
  /** Of its newest run, where a cluster computes it. */
  readonly jobs: JobsView | undefined;
}

export interface ExperimentsView {
  readonly cards: readonly ExperimentCard[];
  /** Where this page starts, and whether there is one after it. */
  readonly from: number;
  readonly older: number | undefined;
  readonly count: number;
}

/** Experiments from number `from` on, the newest first. */
export function readExperiments(db: Reader, from = 0): ExperimentsView {
  const count = countExperiments(db);
  const start = Number.isSafeInteger(from) && from > 0 ? from : 0;
  const cards = listExperimentOverviews(db, { limit: PAGE, offset: start }).map((one) => cardOf(db, one));
  return { cards, from: start, older: start + PAGE < count ? start + PAGE : undefined, count };
}

function cardOf(db: Reader, overview: ExperimentOverview): ExperimentCard {
  const [run] = overview.runs;
  const table = overview.runs.find(({ variants }) => variants > 0);
  const isRunning = run.status === 'running';
  return {
    overview,
    run,
    table,
    status: run.status,
    progress: isRunning && run.steps ? (run.step ?? 0) / run.steps : undefined,
    secondsLeft: isRunning ? run.secondsLeft : null,
    rows: table && rowsOf(db, table),
    finding: table && findingOf(db, table),
    jobs: readJobs(db, run.id),
  };
}

/** A row of an older database does not say how many recognisers it has; it is done when its run is. */
function rowsOf(db: Reader, table: OverviewRun) {
  const rows = getVerified(db, table.id);
  const isDone = ({ verified, wanted }: (typeof rows)[number]) =>
    wanted === null ? table.status === 'finished' : verified >= wanted;
  return { done: rows.filter(isDone).length, all: rows.length };
}

/** What tables of runs that have ended say, which does not change any more, by the database that they are of. */
declare global {
  var id3Findings: WeakMap<Reader, Map<number, string | undefined>> | undefined;
}

function findingOf(db: Reader, { id, status }: OverviewRun): string | undefined {
  const all = (globalThis.id3Findings ??= new WeakMap<Reader, Map<number, string | undefined>>());
  const known = all.get(db) ?? new Map<number, string | undefined>();
  all.set(db, known);
  if (known.has(id)) return known.get(id);
  const finding = mainFinding(tabulate(readResults(db, id)));
  if (status !== 'running') known.set(id, finding);
  return finding;
}
