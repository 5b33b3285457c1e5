import { getMetrics } from '@id3/tracking';
import { answer, queryOf } from '../../../server/answer.ts';
import { downsample } from '../../../server/series.ts';

export const dynamic = 'force-dynamic';

/** Courses of metrics, down-sampled: `runs` and `keys` separated by commas, `points` at most for each. */
export function GET(request: Request): Response {
  const { runs = '', keys = '', points = '400' } = queryOf(request);
  const count = Math.min(2000, Math.max(3, Number(points) || 400));
  const ids = runs.split(',').map(Number).filter(Number.isSafeInteger).slice(0, 12);
  return answer((db) =>
    Response.json({
      series: ids.flatMap((run) =>
        keys
          .split(',')
          .filter((key) => key !== '')
          .slice(0, 40)
          .map((key) => ({
            run,
            key,
            points: downsample(getMetrics(db, run, key), count).map(({ step, value, time }) => [
              step,
              value,
              time,
            ]),
          })),
      ),
    }),
  );
}
