import type { Config } from '../schema.ts';
import type { ProfileName } from './names.ts';
import { paper } from './paper.ts';
import { photos } from './photos.ts';
import { quick } from './quick.ts';
import { smoke } from './smoke.ts';
import { standard } from './standard.ts';

export const PROFILES: Readonly<Record<ProfileName, Config>> = { smoke, quick, standard, paper, photos };
