import { duration } from '@id3/core';
import { loadConfig } from '../src/config/load.ts';
import { aboutStep } from '../src/estimate/about-step.ts';
import { simulate } from '../src/estimate/simulate.ts';
import { planAblation } from '../src/rows.ts';
import { defaultVariants } from '../src/variants.ts';
import { FROM_SCRATCH } from '../src/weights.ts';
import type { PlanNode } from '../src/plan.ts';
import type { Step } from '../src/step.ts';

// The paper's ablation, and one of ten million images a dataset, on paper: hours and idle share on 8 and 64 devices, from seconds a step as
// --estimate prints them: <diffusion training> <guided sampling> <recogniser training>.
const [training, sampling, recogniser] = process.argv.slice(2).map(Number);
const secondsOfStep: Record<Step['of'], number> = {
  'diffusion-training': training,
  sampling,
  'recogniser-training': recogniser,
};
const secondsOf = ({ step, cost }: PlanNode): number =>
  step === undefined ? cost : secondsOfStep[step.of] * aboutStep(step).steps;

const profiles = { paper: {}, '10 M images': { 'generation.identities': 200_000 } };
for (const [name, fields] of Object.entries(profiles)) {
  const config = loadConfig('paper', fields);
  const { plan } = planAblation(config, defaultVariants(config, 'paper'), FROM_SCRATCH);
  for (const devices of [1, 8, 64]) {
    const { seconds, idle } = simulate(plan.nodes, secondsOf, devices);
    console.log(
      `${name}, ${plan.nodes.length} stages, ${devices} devices: ${duration(seconds)}, idle ${(100 * idle).toFixed(0)} %`,
    );
  }
}
