import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { Rng, UserError } from '@id3/core';
import { openDatabase, openSqlite, type Database } from '@id3/tracking';

const VARIANTS = 10;
const BENCHMARKS = ['rendered-lfw', 'rendered-cfp-fp', 'rendered-cplfw', 'rendered-agedb', 'rendered-calfw'];
const FOLDS = 10;

/** Makes a database with an experiment and its training runs. Throws a UserError where the file exists. */
export function makeBenchDatabase(asked: {
  file: string;
  runs: number;
  seeds: number;
  metrics: number;
  points: number;
}): void {
  const { runs, seeds, metrics, points } = asked;
  const path = resolve(asked.file);
  if (existsSync(path)) throw new UserError(`${path} exists; name another --file.`);
  const database = openDatabase(path);
  const parent = database.initRun({ experiment: 'bench', name: 'ablation', config: { seed: 1 } });
  addVerifications(database, parent.id, seeds, new Rng(1, 'bench'));
  const ids = Array.from({ length: runs }, (_, k) => {
    const config = {
      seed: k,
      recogniser: { training: { steps: points, learningRate: 0.1 / (1 + (k % 7)) } },
    };
    const about = { experiment: 'bench', name: `train-recogniser ${k}`, stage: 'train-recogniser' };
    return database.cachedRun({ ...about, config, parent: parent.id, seed: k }).id;
  });
  parent.finish();
  database.close();
  addFiles(path, ids);
  addMetrics(path, ids, metrics, points);
}

/** An ablation's table: variants × seeds, verified. */
function addVerifications(database: Database, parent: number, seeds: number, rng: Rng): void {
  const rows = Array.from({ length: VARIANTS }, (_, k) => ({
    name: k === 0 ? 'full' : `variant-${k}`,
    title: k === 0 ? 'ID³' : `variant ${k}`,
    config: { seed: 1, generation: { lb: k / 10 } },
  }));
  const numbers = database.attachRun(parent).variants(rows);
  for (const { name } of rows)
    for (let seed = 1; seed <= seeds; seed++) {
      const about = { experiment: 'bench', name: `verify ${name} seed ${seed}`, stage: 'verify' };
      const run = database.cachedRun({ ...about, variant: name, config: { seed }, parent, seed });
      for (const benchmark of BENCHMARKS)
        run.verification({
          benchmark,
          pairs: 6000,
          accuracy: rng.uniform(0.7, 0.9),
          accuracyStd: 0.01,
          auc: 0.9,
          eer: 0.1,
          tarAtFar: { '0.1': 0.8 },
          folds: Array.from({ length: FOLDS }, (_, fold) => ({
            fold,
            accuracy: rng.uniform(0.7, 0.9),
            threshold: 1,
          })),
        });
      run.partOf(numbers.get(name)!, 'verification');
    }
}

/** What each run left behind, as the database has it; the files themselves are not there. */
function addFiles(path: string, ids: readonly number[]): void {
  const sqlite = openSqlite(path);
  const insert = sqlite.prepare(`
    insert into artefacts (run_id, path, kind, sha256, bytes, created_at)
    values (@id, 'train-recogniser/' || @id || '/recogniser.safetensors', 'weights', '', 0, 0)`);
  sqlite.transaction(() => ids.forEach((id) => insert.run({ id })))();
  sqlite.close();
}

/** Metrics are made by SQLite itself: there are hundreds of millions. */
function addMetrics(path: string, ids: readonly number[], metrics: number, points: number): void {
  const sqlite = openSqlite(path);
  sqlite.pragma('journal_mode = WAL');
  const insert = sqlite.prepare(`
    with recursive step(k) as (select 0 union all select k + 1 from step where k + 1 < @points)
    insert into metrics (run_id, key, step, value, time)
    select @id, @key, k, exp(-3.0 * k / @points) + 0.05 * (abs(random()) % 1000) / 1000.0, k * 1000 from step`);
  const summarise = sqlite.prepare(`
    insert into metric_summaries (run_id, key, step, value, min, max)
    select run_id, key, max(step), value, min(value), max(value) from metrics
    where run_id = @id and key = @key group by run_id, key`);
  const started = Date.now();
  ids.forEach((id, n) => {
    sqlite.transaction(() => {
      for (let m = 0; m < metrics; m++) {
        const key = m === 0 ? 'loss' : `metric-${String(m).padStart(2, '0')}`;
        insert.run({ id, key, points });
        summarise.run({ id, key });
      }
    })();
    if (n % 100 === 99)
      console.log(`${n + 1}/${ids.length} runs, ${Math.round((Date.now() - started) / 1000)} s`);
  });
  sqlite.pragma('wal_checkpoint(TRUNCATE)');
  sqlite.close();
}
