import { exportReport } from '@id3/report';
import { answer, queryOf } from '../../../../server/answer.ts';

export const dynamic = 'force-dynamic';

/** An experiment's report: byte for byte what `tools:export-report` writes. */
export function GET(request: Request): Response {
  return answer((db) => {
    const { text, name } = exportReport(db, queryOf(request));
    return new Response(text, {
      headers: {
        'Content-Type': 'text/html; charset=utf-8',
        'Content-Disposition': `attachment; filename="${name}"`,
        'Cache-Control': 'no-store',
      },
    });
  });
}
