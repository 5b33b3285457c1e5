import { z } from 'zod';
import { LIMITS, ROWS, SAMPLER_KINDS, type FaceRequest } from './request.ts';

const seed = z.int().min(0).max(LIMITS.seed);
const identity = z
  .string()
  .regex(/^(new|generate\/[0-9a-f]{16}):\d{1,9}$/, 'expected new:<seed> or generate/<key>:<number>');

/** Checks a {@link FaceRequest}, whoever it is from. */
export const requestSchema = z.strictObject({
  model: z
    .string()
    .regex(
      /^(train-diffusion\/[0-9a-f]{16}|committed\/[\w-]{1,100})$/,
      'expected train-diffusion/<key> or committed/<name>',
    ),
  from: identity.optional(),
  to: identity.optional(),
  t: z.number().min(0).max(1).optional(),
  c: z.number().min(-1).max(1).optional(),
  direction: seed.optional(),
  age: z.number().min(0).max(100).optional(),
  yaw: z.number().min(-90).max(90).optional(),
  w: z.number().min(0).max(LIMITS.w).optional(),
  freeY: z.number().min(0).max(LIMITS.free).optional(),
  freeS: z.number().min(0).max(LIMITS.free).optional(),
  kind: z.enum(SAMPLER_KINDS).optional(),
  steps: z.int().min(1).max(LIMITS.steps).optional(),
  seed: seed.optional(),
  row: z.enum(ROWS).optional(),
}) satisfies z.ZodType<FaceRequest>;

const numeric = new Set(['t', 'c', 'direction', 'age', 'yaw', 'w', 'freeY', 'freeS', 'steps', 'seed']);

/** A request from words by name, such as a URL's query; empty ones are absent. Those of other names are left alone. */
export const requestOfWords = (words: Readonly<Record<string, string | undefined>>) =>
  requestSchema.safeParse(
    Object.fromEntries(
      Object.keys(requestSchema.shape).flatMap((name) => {
        const word = words[name];
        if (word === undefined || word === '') return [];
        return [[name, numeric.has(name) ? Number(word) : word]];
      }),
    ),
  );

/** What is wrong with a request, in one sentence. */
export function refusalOf({ issues: [{ path, message }] }: z.ZodError): string {
  const what = path.length > 0 ? `The field "${path.join('.')}" of the request` : 'The request';
  return `${what} is not understood: ${message.replace(/^(Invalid \w+|Too \w+): /, '')}.`;
}
