import { refusalOf, requestSchema, type FaceEvent } from '@id3/studio-client';
import { z } from 'zod';
import { refusal, studio } from '../../../../server/studio.ts';

const bodySchema = z.strictObject({
  /** One half of a page, whose newest request wins. */
  asker: z.string().regex(/^[\w-]{1,64}$/),
  request: requestSchema,
});
/** A request of ours has some hundred characters. */
const MAX_BODY = 4096;

/** Makes faces: lines of JSON, previews and in the end the faces, each a {@link FaceEvent} with its picture in base64. The proxy has refused foreign origins. */
export async function POST(request: Request): Promise<Response> {
  const text = await request.text();
  if (text.length > MAX_BODY) return Response.json({ error: 'The request is too long.' }, { status: 413 });
  const body = bodySchema.safeParse(jsonOf(text));
  if (!body.success) return Response.json({ error: refusalOf(body.error) }, { status: 400 });

  const left = new AbortController();
  request.signal.addEventListener('abort', () => left.abort());
  let lines!: ReadableStreamDefaultController<Uint8Array>;
  const stream = new ReadableStream<Uint8Array>({
    start: (controller) => void (lines = controller),
    cancel: () => left.abort(),
  });
  const say = (line: object) => lines.enqueue(new TextEncoder().encode(`${JSON.stringify(line)}\n`));
  try {
    // What is refused has a status, so the first event is awaited.
    await new Promise<void>((begun, refused) => {
      const hear = (event: FaceEvent) => {
        if (left.signal.aborted) return;
        const { strip } = event;
        say({ ...event, strip: { ...strip, png: Buffer.from(strip.png).toString('base64') } });
        begun();
      };
      studio()
        .faces(body.data.asker, body.data.request, { hear, signal: left.signal })
        .then(() => lines.close())
        .catch((error: unknown) => {
          refused(error);
          if (left.signal.aborted) return;
          say({
            kind: 'failed',
            error: error instanceof Error ? error.message.split('\n')[0] : String(error),
          });
          lines.close();
        });
    });
  } catch (error) {
    return refusal(error);
  }
  return new Response(stream, {
    headers: { 'Content-Type': 'application/x-ndjson', 'Cache-Control': 'no-store' },
  });
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
