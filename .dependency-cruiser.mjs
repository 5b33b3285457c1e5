// The import graph as rules: `npx nx run checks:graph`. The rooms and their order are in tools/checks/rooms.mjs.
import { EXPERIMENT_ROOMS, ROOMS } from './tools/checks/rooms.mjs';

const severity = /** @type {const} */ ('error');
const anyOf = (places) => `^(${places.join('|')})(/|\\.ts$)`;
const folders = Object.values(ROOMS).map(({ folder }) => folder);

/** @satisfies {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    { name: 'no circle', severity, from: {}, to: { circular: true } },
    ...Object.entries(ROOMS).map(([room, { folder, uses }]) => ({
      name: `no arrow up from ${room}`,
      severity,
      from: {
        path: anyOf([folder]),
        pathNot: anyOf(folders.filter((other) => other.startsWith(`${folder}/`))),
      },
      to: {
        path: anyOf(folders),
        // Every command may ask whether this Node will do.
        pathNot: [
          anyOf([folder, ...uses.map((used) => ROOMS[used].folder)]),
          '^tools/checks/node-version\\.cjs$',
        ],
      },
    })),
    ...EXPERIMENT_ROOMS.slice(0, -1).map((rooms, level) => ({
      name: `no arrow up from experiments/${rooms.join(', ')}`,
      severity,
      from: { path: anyOf(rooms.map((room) => `experiments/src/${room}`)), pathNot: '\\.test\\.ts$' },
      to: {
        path: anyOf(
          EXPERIMENT_ROOMS.slice(level + 1)
            .flat()
            .map((room) => `experiments/src/${room}`),
        ),
      },
    })),
  ],
  options: {
    tsPreCompilationDeps: true, // An import of types alone is an arrow, too.
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default'] },
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(\\.next|dist)/' },
  },
};
