import { answer, queryOf } from '../../../server/answer.ts';
import { runsTable } from '../../../server/runs.ts';

export const dynamic = 'force-dynamic';

/** Lines `from` to `from + count` of the runs table. */
export function GET(request: Request): Response {
  const { from = '0', count = '200', ...query } = queryOf(request);
  return answer((db) => {
    const { lines } = runsTable(db, query);
    const start = Math.max(0, Number(from) || 0);
    return Response.json({ lines: lines.slice(start, start + Math.min(1000, Number(count) || 200)) });
  });
}
