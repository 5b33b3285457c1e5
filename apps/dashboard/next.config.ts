import { fileURLToPath } from 'node:url';
import type { NextConfig } from 'next';

const workspaceRoot = fileURLToPath(new URL('../..', import.meta.url));

const config: NextConfig = {
  // Named, not guessed: Next otherwise warns whenever a folder above also holds a lock file.
  turbopack: { root: workspaceRoot },
  outputFileTracingRoot: workspaceRoot,
  // The workspace's packages are TypeScript sources whose imports end in `.ts`.
  transpilePackages: ['@id3/core', '@id3/tracking', '@id3/report', '@id3/data', '@id3/studio-client'],
  poweredByHeader: false,
  // `next dev` would otherwise write an AGENTS.md into the repository.
  agentRules: false,
};

export default config;
