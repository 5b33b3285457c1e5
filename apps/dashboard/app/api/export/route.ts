import { exportTable } from '@id3/report';
import { answer, queryOf } from '../../../server/answer.ts';

export const dynamic = 'force-dynamic';

/** A table as a file: byte for byte what `tools:export-table` writes. */
export function GET(request: Request): Response {
  return answer((db) => {
    const { text, format } = exportTable(db, queryOf(request));
    return new Response(text, {
      headers: {
        'Content-Type': format.type,
        'Content-Disposition': `attachment; filename="table.${format.extension}"`,
        'Cache-Control': 'no-store',
      },
    });
  });
}
