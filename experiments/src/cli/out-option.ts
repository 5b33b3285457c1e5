import type { Options } from '@id3/cli';

/** Of commands that look at results. */
export const outOption = {
  out: { type: 'string', path: true, describe: 'folder of the results', default: 'artefacts' },
} as const satisfies Options;
