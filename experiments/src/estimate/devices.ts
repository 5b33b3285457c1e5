import type { DEVICE_NAMES } from '../settings.ts';

/** What a step takes of a device, as the backend counts it. */
export interface StepCost {
  /** Operators of its graph. */
  readonly nodes: number;
  /** Multiplications with an addition. */
  readonly multiplications: number;
  /** What crosses to the device and back where steps are taken singly. */
  readonly crossedBytes: number;
}

/** A step whose time was measured on a device. */
export interface MeasuredStep extends StepCost {
  readonly name: string;
  readonly ms: number;
}

export interface Device {
  readonly name: string;
  /** Of which engine, when and where. */
  readonly source: string;
  readonly memoryBytes: number;
  readonly steps: readonly MeasuredStep[];
}

/**
 * GPUs on which steps were measured. The times are those of docs/gpu.md, with every step taken singly; the counts are those of
 * `npx tsx bench/count.ts` in libs/tfjs-backend-onnx for the same workloads (`BENCH_SIZES=bench/paper.json` for the paper's), of the graphs that were
 * measured: what is recorded today has fewer nodes.
 */
export const DEVICES: Readonly<Record<(typeof DEVICE_NAMES)[number], Device>> = {
  h200: {
    name: 'NVIDIA H200',
    source: "docs/gpu.md, 'What was measured on a GPU', onnx-cuda",
    // As its driver tells it.
    memoryBytes: 139 * 2 ** 30,
    steps: [
      {
        name: 'quick diffusion training, batch 32',
        nodes: 5287,
        multiplications: 6_814_728_192,
        crossedBytes: 42_939_628,
        ms: 71,
      },
      {
        name: 'quick diffusion training, batch 512',
        nodes: 5287,
        multiplications: 109_035_651_072,
        crossedBytes: 54_741_868,
        ms: 66,
      },
      {
        name: 'quick guided sampling, batch 48',
        nodes: 3323,
        multiplications: 6_807_871_488,
        crossedBytes: 1_186_024,
        ms: 21.7,
      },
      {
        name: 'quick guided sampling, batch 512',
        nodes: 3323,
        multiplications: 72_617_295_872,
        crossedBytes: 12_639_400,
        ms: 25.4,
      },
      {
        name: 'quick recogniser training, batch 64',
        nodes: 1882,
        multiplications: 1_111_228_416,
        crossedBytes: 12_870_412,
        ms: 35,
      },
      {
        name: "paper's guided sampling, batch 16",
        nodes: 7994,
        multiplications: 2_839_711_596_544,
        crossedBytes: 4_852_572,
        ms: 95.9,
      },
      {
        name: "paper's diffusion training, batch 16",
        nodes: 12_511,
        multiplications: 4_216_254_136_320,
        crossedBytes: 2_483_385_148,
        ms: 3153,
      },
    ],
  },
};
