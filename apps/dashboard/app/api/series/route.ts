import { getMetrics } from '@id3/tracking';
import { answer, queryOf } from '../../../server/answer.ts';
import { MAX_RUNS } from '../../../components/compare/limits.ts';
import { curveOf, type SeriesAnswer } from '../../../server/series.ts';

export const dynamic = 'force-dynamic';

const MAX_KEYS = 40;

/** Curves of metrics: `runs` are separated by commas, `key` is given for each (a name may hold a comma); of each curve at most `points` points are sent. */
export function GET(request: Request): Response {
  const { runs = '', points = '400' } = queryOf(request);
  const count = Math.min(2000, Math.max(3, Number(points) || 400));
  const ids = runs.split(',').map(Number).filter(Number.isSafeInteger).slice(0, MAX_RUNS);
  const names = new URL(request.url).searchParams.getAll('key').slice(0, MAX_KEYS);
  return answer((db) => {
    const series = ids.flatMap((run) =>
      names.map((key) => ({
        run,
        key,
        ...curveOf(getMetrics(db, run, key), count),
      })),
    );
    return Response.json({ series } satisfies SeriesAnswer);
  });
}
