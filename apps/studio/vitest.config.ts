import { mergeConfig } from 'vitest/config';
import shared from '../../vitest.shared.ts';

// Models are opened and compiled, in two processes.
export default mergeConfig(shared, { test: { testTimeout: 240_000 } });
