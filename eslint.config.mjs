import nx from '@nx/eslint-plugin';
import tseslint from 'typescript-eslint';
import prettier from 'eslint-config-prettier';
import { ROOMS } from './tools/checks/rooms.mjs';

export default tseslint.config(
  { ignores: ['**/node_modules', '**/.next', '**/dist', '**/next-env.d.ts', '**/*.generated.*'] },
  ...tseslint.configs.recommended,
  {
    files: ['**/*.ts', '**/*.tsx'],
    plugins: { '@nx': nx },
    rules: {
      // `const { left, ...rest } = all` is how a field is left out.
      '@typescript-eslint/no-unused-vars': ['error', { ignoreRestSiblings: true }],
      '@nx/enforce-module-boundaries': [
        'error',
        {
          allow: ['.*/vitest.shared.ts', '.*/.dependency-cruiser.mjs', '.*/tools/checks/node-version.cjs'],
          // Commands are loaded when called, for a quick start; what they load may be imported elsewhere.
          checkDynamicDependenciesExceptions: ['.*'],
          depConstraints: Object.entries(ROOMS).map(([room, { uses }]) => ({
            sourceTag: `scope:${room}`,
            onlyDependOnLibsWithTags: [room, ...uses].map((name) => `scope:${name}`),
          })),
        },
      ],
    },
  },
  { files: ['**/*.cjs'], rules: { '@typescript-eslint/no-require-imports': 'off' } },
  prettier,
);
