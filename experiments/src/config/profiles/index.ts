import type { Config } from '../schema.ts';
import { paper } from './paper.ts';
import { quick } from './quick.ts';
import { smoke } from './smoke.ts';
import { standard } from './standard.ts';

/** Named configs, from the smallest that exercises everything to the paper's own. */
export const PROFILES = { smoke, quick, standard, paper } satisfies Record<string, Config>;
export type ProfileName = keyof typeof PROFILES;
