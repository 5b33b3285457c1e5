import { readFileSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { mean } from '@id3/core';
import { readEvents } from '@id3/formats/testing';
import { flatten, listTables, readResults } from '@id3/report';
import { getAnnotations, getMetrics, getRun, getVerificationSummaries, listRuns } from '@id3/tracking';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { exporting, filesOf } from '../fixtures/exported.ts';

const { reader, exported } = exporting();

describe('for TensorBoard', () => {
  let out: string;
  let files: string[];
  beforeAll(() => {
    out = exported('tensorboard');
    files = filesOf(out).filter((name) => name !== '.export.json');
  });
  const events = (file: string) => readEvents(join(out, file));
  const runOf = (file: string) => Number(/\/(\d+) [^/]*\/events/.exec(file)?.[1]);

  it('every metric of every run is there with its step and time', () => {
    const of = files.filter((file) => !Number.isNaN(runOf(file)));
    const found = of.flatMap((file) =>
      events(file)
        .filter(
          ({ tag, scalar }) => scalar !== undefined && getMetrics(reader(), runOf(file), tag).length > 0,
        )
        .map(({ tag, step, scalar, seconds }) => [
          runOf(file),
          tag,
          step,
          scalar,
          Math.round(seconds * 1000),
        ]),
    );
    const expected = listRuns(reader())
      .flatMap(({ id }) => getMetrics(reader(), id).map((metric) => ({ id, ...metric })))
      .map(({ id, key, step, value, time }) => [id, key, step, Math.fround(value ?? NaN), time]);
    expect(expected.length).toBeGreaterThan(500);
    expect(found.sort()).toEqual(expected.sort());
  });

  it('benchmarks and pictures are there', async () => {
    const verified = getVerificationSummaries(
      reader(),
      listRuns(reader()).map(({ id }) => id),
    );
    expect(verified.length).toBeGreaterThan(0);
    for (const { runId, benchmark, accuracy, tarAtFar } of verified) {
      const tags = Object.fromEntries(
        events(files.find((file) => runOf(file) === runId)!).map(({ tag, scalar }) => [tag, scalar]),
      );
      expect(tags[`${benchmark}/accuracy`]).toBe(Math.fround(accuracy));
      for (const [far, tar] of Object.entries(tarAtFar))
        expect(tags[`${benchmark}/tar at far ${far}`]).toBe(Math.fround(tar));
    }
    const pictures = files.flatMap((file) => events(file)).filter(({ image }) => image !== undefined);
    const grid = readFileSync(join(reader().root, 'reports/ablation-smoke/samples.png'));
    const shown = pictures.find(({ tag }) => tag === 'sample-grid/samples.png');
    expect(shown?.image?.encoded.equals(grid)).toBe(true);
    const { width, height } = await sharp(grid).metadata();
    expect(shown?.image).toMatchObject({ width, height });
  });

  it('HPARAMS compares variants by the means of their recognisers', () => {
    const top = files.filter((file) => dirname(file) === '.');
    expect(top).toHaveLength(1);
    const [{ hparams }] = events(top[0]);
    const { hparam_infos, metric_infos } = hparams.experiment;
    const table = listTables(reader())[0].run.id;
    const variants = readResults(reader(), table);
    const names = hparam_infos.map(({ name }: { name: string }) => name);
    expect(names.slice(0, 2)).toEqual(['experiment', 'variant']);
    expect(names).toContain('downstream.dataset');
    const tags = metric_infos.map(({ name }: { name: { tag: string } }) => name.tag);
    const sessions = files
      .filter((file) => file.includes('/variants/'))
      .map((file) => events(file))
      .map((all) => ({
        start: all.find(({ tag }) => tag === '_hparams_/session_start_info')?.hparams.session_start_info,
        end: all.at(-1)?.hparams.session_end_info,
        accuracies: Object.fromEntries(
          all.flatMap(({ tag, scalar }) => (scalar === undefined ? [] : [[tag, scalar]])),
        ),
      }));
    expect(sessions).toHaveLength(variants.reduce((count, { replicates }) => count + replicates.length, 0));
    for (const { name, config, replicates } of variants) {
      const group = sessions.filter(({ start }) => start.hparams.variant.string_value === name);
      const dataset = flatten(config)['downstream.dataset'];
      expect(new Set(group.map(({ start }) => start.group_name)).size).toBe(1);
      for (const { start, end, accuracies } of group) {
        expect(Object.keys(accuracies).sort()).toEqual([...tags].sort());
        expect(start.hparams['downstream.dataset']).toEqual({ string_value: dataset });
        expect(end.status).toBe(1);
      }
      const average = mean(group.map(({ accuracies }) => accuracies['accuracy/rendered average']));
      const expected = replicates.map(({ folds }) => mean(Object.values(folds).map((one) => mean(one))));
      expect(average).toBeCloseTo(mean(expected), 6);
    }
  });

  it('stays in its folder whatever runs and experiments are called', () => {
    expect(files.filter((file) => file.includes('_odd_ä'))).toEqual([
      expect.stringMatching(/^\.\._odd_ä\/\d+ \.\._\.\._x\//),
    ]);
  });
});

describe("for MLflow's file store", () => {
  let out: string;
  beforeAll(() => {
    out = exported('mlflow');
  });
  const text = (...path: string[]) => readFileSync(join(out, ...path), 'utf8');
  const runs = () =>
    filesOf(out)
      .filter((file) => /^[^/]+\/[^/]+\/meta\.yaml$/.test(file))
      .map((file) => ({
        folder: dirname(file),
        meta: parse(text(file)),
        run: getRun(reader(), Number(text(dirname(file), 'tags/id3.run')))!,
      }));

  it('experiments and runs are as the database says', () => {
    const experiments = readdirSync(out).filter((name) => !name.startsWith('.'));
    const metas = experiments.map((name) => parse(text(name, 'meta.yaml')));
    expect(metas.map(({ experiment_id, name }) => [experiment_id, name])).toEqual([
      ['1', 'ablation-smoke'],
      ['2', '../odd/ä'],
    ]);
    expect(fileURLToPath(metas[0].artifact_location)).toBe(join(out, '1'));
    const all = runs();
    expect(all.map(({ run }) => run.id).sort()).toEqual(
      listRuns(reader())
        .map(({ id }) => id)
        .sort(),
    );
    const statuses = { running: 1, queued: 2, finished: 3, cached: 3, failed: 4, interrupted: 5 };
    for (const { folder, meta, run } of all) {
      expect(meta).toMatchObject({
        run_id: basename(folder),
        run_uuid: basename(folder),
        run_name: getAnnotations(reader()).get(run.id)?.name ?? run.name,
        experiment_id: String(run.experimentId),
        status: statuses[run.status],
        start_time: run.startedAt,
        end_time: run.finishedAt,
        lifecycle_stage: 'active',
      });
      expect(meta.run_id).toMatch(/^[0-9a-f]{32}$/);
      const parent = all.find(({ run: { id } }) => id === run.parentId);
      if (parent !== undefined) expect(text(folder, 'tags/mlflow.parentRunId')).toBe(parent.meta.run_id);
    }
  });

  it('metrics are lines of time, value and step, as Python reads them', () => {
    let lines = 0;
    for (const { folder, run } of runs()) {
      const all = getMetrics(reader(), run.id);
      for (const key of new Set(all.map((row) => row.key))) {
        const rows = all.filter((row) => row.key === key);
        const plain = /^[\w. -]{1,200}$/.test(key) && key !== '..' && key !== 'loss' && key !== 'Loss';
        if (!plain) continue;
        lines += rows.length;
        expect(text(folder, 'metrics', key)).toBe(
          rows.map(({ time, value, step }) => `${time} ${value ?? 'nan'} ${step}\n`).join(''),
        );
      }
      for (const { benchmark, accuracy } of getVerificationSummaries(reader(), [run.id]))
        expect(text(folder, `metrics/${benchmark} accuracy`)).toBe(`${run.finishedAt} ${accuracy} 0\n`);
    }
    expect(lines).toBeGreaterThan(500);
  });

  it('odd names and numbers are kept apart and inside', () => {
    const odd = runs().find(({ run }) => run.name === '../../x')!;
    const values = (kind: string) =>
      Object.fromEntries(
        readdirSync(join(out, odd.folder, kind)).map((name) => [name, text(odd.folder, kind, name)]),
      );
    const metrics = Object.values(values('metrics')).map((lines) =>
      lines.split('\n').map((line) => line.split(' ')[1]),
    );
    expect(metrics).toHaveLength(6);
    expect(metrics.map(([value]) => value).sort()).toEqual(['-inf', '1', '1', '1e-300', 'inf', 'nan']);
    expect(values('params')).toEqual({
      a_b: 'two\nlines, "quoted"',
      list: '[1,2]',
      'deep.yes': 'true',
      'deep.mixed': '1',
    });
    expect(values('tags')).toMatchObject({
      'mlflow.runName': 'Ödd: one',
      'mlflow.note.content': 'see §2',
      best: 'true',
      a_b: 'true',
      'id3.status': 'failed',
    });
    // What MLflow takes for a name: _VALID_PARAM_AND_METRIC_NAMES of its utils/validation.py, in JavaScript's words.
    for (const file of filesOf(join(out, odd.folder)))
      expect(basename(file)).toMatch(/^[/\p{L}\p{N}_.\- ]*$/u);
  });

  it('copies artefacts up to the size, and not what is gone', () => {
    const table = runs().find(({ run }) => run.name === 'ablation')!;
    expect(text(table.folder, 'artifacts/report table.md')).toBe(
      readFileSync(join(reader().root, 'reports/ablation-smoke/table.md'), 'utf8'),
    );
    const none = exported('mlflow', { megabytes: 0 });
    expect(filesOf(none).filter((file) => file.includes('/artifacts/'))).toEqual([]);
  });
});
