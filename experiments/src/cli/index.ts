import type { Command } from '@id3/cli';
import { ablation } from './ablation.ts';
import { anchors } from './anchors.ts';
import { cancel } from './cancel.ts';
import { config } from './config.ts';
import { robustness } from './robustness.ts';
import { sample } from './sample.ts';
import { status } from './status.ts';
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
  anchors,
  config,
  weights,
  status,
  cancel,
];
