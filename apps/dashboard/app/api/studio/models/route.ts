import { refusal, studio } from '../../../../server/studio.ts';

/** The models that faces can be made with. A POST, for it starts a process: the proxy has refused foreign origins. */
export async function POST(): Promise<Response> {
  try {
    return Response.json({ models: await studio().models() });
  } catch (error) {
    return refusal(error);
  }
}
