/**
 * The rooms of the house and the arrows between them, once: eslint.config.mjs and .dependency-cruiser.mjs make rules of them, and
 * docs/architecture.md is checked against them.
 */

/**
 * Room by name: its folder, and the rooms it may import from. Data flows one way: data → model → eval → experiments. Tracking, engine
 * and core stand beside the flow; the dashboard reads what tracking wrote.
 * @type {Record<string, { folder: string, uses: string[] }>}
 */
export const ROOMS = {
  core: { folder: 'libs/core', uses: [] },
  cli: { folder: 'libs/cli', uses: ['core'] },
  backend: { folder: 'libs/tfjs-backend-onnx', uses: [] },
  engine: { folder: 'libs/engine', uses: ['core', 'backend'] },
  tracking: { folder: 'libs/tracking', uses: ['core'] },
  report: { folder: 'libs/report', uses: ['core', 'tracking'] },
  formats: { folder: 'libs/formats', uses: ['core'] },
  protocol: { folder: 'libs/protocol', uses: ['core', 'formats'] },
  data: { folder: 'libs/data', uses: ['core', 'formats'] },
  model: { folder: 'libs/model', uses: ['core', 'backend', 'engine', 'data'] },
  photos: { folder: 'libs/photos', uses: ['core', 'engine', 'data'] },
  eval: { folder: 'libs/eval', uses: ['core', 'formats', 'protocol', 'backend', 'engine', 'data', 'model'] },
  experiments: {
    folder: 'experiments',
    uses: ['core', 'cli', 'engine', 'tracking', 'report', 'protocol', 'data', 'model', 'eval'],
  },
  'studio-client': { folder: 'libs/studio-client', uses: ['core'] },
  studio: {
    folder: 'apps/studio',
    uses: ['core', 'cli', 'studio-client', 'engine', 'protocol', 'data', 'model', 'eval', 'experiments'],
  },
  tools: {
    folder: 'tools',
    // Whose commands `id3` has: of experiments, the studio and the dashboard too.
    uses: [
      'core',
      'cli',
      'engine',
      'tracking',
      'report',
      'formats',
      'protocol',
      'data',
      'photos',
      'model',
      'eval',
      'experiments',
      'studio',
      'dashboard',
    ],
  },
  dashboard: {
    folder: 'apps/dashboard',
    uses: ['core', 'cli', 'tracking', 'report', 'data', 'studio-client'],
  },
  checks: { folder: 'tools/checks', uses: [] },
  examples: { folder: 'examples', uses: ['core', 'backend', 'engine', 'data', 'model', 'eval', 'tracking'] },
};

/**
 * The files and folders of experiments/src, lowest first: each imports from its own line and the ones before it. (`fixtures` and
 * tests stand outside.)
 */
export const EXPERIMENT_ROOMS = [
  ['settings', 'config', 'weights', 'pictures', 'step'],
  ['stages', 'peers', 'variants', 'sweeps', 'photos'],
  ['plan'],
  ['datasets'],
  ['pipeline', 'rows', 'again'],
  ['scheduler', 'progress', 'estimate', 'report'],
  ['slurm'],
  ['experiment', 'trained'],
  ['cli'],
];
