import type { Command } from '@id3/cli';
import { ablation } from './ablation.ts';
import { config } from './config.ts';
import { robustness } from './robustness.ts';
import { sample } from './sample.ts';
import { sweep } from './sweep.ts';
import { train } from './train.ts';
import { verify } from './verify.ts';
import { weights } from './weights.ts';

export const experimentCommands: readonly Command[] = [
  ablation,
  train,
  sample,
  verify,
  sweep,
  robustness,
  config,
  weights,
];
