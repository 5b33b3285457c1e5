import { mergeConfig } from 'vitest/config';
import shared from '../../../vitest.shared.ts';
import { hasChromium } from './chromium.ts';

if (!hasChromium())
  console.warn('Chromium is not installed (`apt-get install chromium`): these tests are skipped.');

export default mergeConfig(shared, {
  test: {
    include: hasChromium() ? ['*.test.ts'] : [],
    globalSetup: hasChromium() ? ['smoke.ts'] : [],
    fileParallelism: false,
    testTimeout: 300_000,
    hookTimeout: 600_000,
    // Vitest's own second is too short for a picture that is computed on a busy machine.
    expect: { poll: { timeout: 120_000 } },
  },
});
