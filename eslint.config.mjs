import nx from '@nx/eslint-plugin';
import tseslint from 'typescript-eslint';
import prettier from 'eslint-config-prettier';

// Data flows one way: data → model → eval → experiments. Tracking, engine and core stand beside
// the flow; the dashboard reads what tracking wrote.
const flow = [
  ['scope:core', []],
  ['scope:cli', ['scope:core']],
  ['scope:backend', []],
  ['scope:engine', ['scope:core', 'scope:backend']],
  ['scope:tracking', ['scope:core']],
  ['scope:report', ['scope:core', 'scope:tracking']],
  ['scope:data', ['scope:core']],
  ['scope:model', ['scope:core', 'scope:backend', 'scope:engine', 'scope:data']],
  ['scope:photos', ['scope:core', 'scope:engine', 'scope:data']],
  ['scope:eval', ['scope:core', 'scope:backend', 'scope:engine', 'scope:data', 'scope:model']],
  [
    'scope:experiments',
    [
      'scope:core',
      'scope:cli',
      'scope:engine',
      'scope:tracking',
      'scope:report',
      'scope:data',
      'scope:model',
      'scope:eval',
    ],
  ],
  [
    'scope:tools',
    [
      'scope:core',
      'scope:cli',
      'scope:engine',
      'scope:tracking',
      'scope:report',
      'scope:data',
      'scope:photos',
      'scope:model',
      'scope:eval',
      // Whose commands id3 has.
      'scope:experiments',
      'scope:dashboard',
    ],
  ],
  ['scope:dashboard', ['scope:core', 'scope:cli', 'scope:tracking', 'scope:report', 'scope:data']],
];

export default tseslint.config(
  { ignores: ['**/node_modules', '**/.next', '**/dist', '**/next-env.d.ts', '**/*.generated.*'] },
  ...tseslint.configs.recommended,
  {
    files: ['**/*.ts', '**/*.tsx'],
    plugins: { '@nx': nx },
    rules: {
      '@nx/enforce-module-boundaries': [
        'error',
        {
          allow: ['.*/vitest.shared.ts'],
          depConstraints: flow.map(([sourceTag, onlyDependOnLibsWithTags]) => ({
            sourceTag,
            onlyDependOnLibsWithTags: [sourceTag, ...onlyDependOnLibsWithTags],
          })),
        },
      ],
    },
  },
  { files: ['**/*.cjs'], rules: { '@typescript-eslint/no-require-imports': 'off' } },
  prettier,
);
