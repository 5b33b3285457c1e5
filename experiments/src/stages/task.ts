import type { RunRecord, RunStore } from '@id3/tracking';
import type { Needs, Opened, Result, Stage, StageContext, StageHost, StageInputs } from './stage.ts';

/** A stage, or one part of it, for a worker to run. Plain data: it crosses to another process. */
export interface Task {
  readonly stage: string;
  /** Whether to run a part, or what comes once after all parts. */
  readonly phase: 'run' | 'finish';
  readonly inputs: StageInputs;
  readonly folder: string;
  /** The folders of what the stage needs, by role; of many by `role.name`. */
  readonly needs: Readonly<Record<string, string>>;
  readonly part: number;
  readonly parts: number;
}

/** A stage whose types are behind a door that checks them: what a worker runs. */
export interface RunnableStage {
  readonly name: string;
  readonly onEngine: boolean;
  /** Does a task of this stage. Throws a ZodError where its inputs are not the stage's. */
  perform(task: Task, host: StageHost): Promise<void>;
  /** Writes the result into a run's record. */
  record(run: RunRecord<RunStore>, folder: string): void;
}

/** The stages a worker can run, by name. */
export type StageRegistry = Readonly<Record<string, RunnableStage>>;

export function runnable<I extends StageInputs, N extends Needs, R>(stage: Stage<I, N, R>): RunnableStage {
  return {
    name: stage.name,
    onEngine: stage.onEngine,
    record: (run, folder) => stage.result.record?.(run, folder),
    async perform(task, host) {
      const { folder, part, parts } = task;
      const inputs = stage.inputs.parse(task.inputs);
      const context: StageContext<I, N> = {
        ...host,
        folder,
        part,
        parts,
        inputs,
        needs: openedNeeds(stage.needs, task.needs),
      };
      await (task.phase === 'run' ? stage.run(context) : stage.finish?.(context));
    },
  };
}

/** The name under which a key and a task know one result of a role that has many. */
export const roleOfMany = (role: string, name: string): string => `${role}.${name}`;

/** What a stage needs, each opened from its folder when it is first asked for. */
function openedNeeds<N extends Needs>(needs: N, folders: Task['needs']): Opened<N> {
  const opened = {};
  for (const [role, need] of Object.entries(needs)) {
    let value: { is: unknown } | undefined;
    Object.defineProperty(opened, role, {
      enumerable: true,
      get: () => (value ??= { is: openedNeed(role, need, folders) }).is,
    });
  }
  // Each property was defined by the need of its name.
  return opened as Opened<N>;
}

function openedNeed(role: string, need: Needs[string], folders: Task['needs']): unknown {
  if ('many' in need) {
    const own = Object.entries(folders).filter(([name]) => name.startsWith(roleOfMany(role, '')));
    return Object.fromEntries(
      own.map(([name, folder]) => [name.slice(roleOfMany(role, '').length), need.many.open(folder)]),
    );
  }
  const result: Result<unknown> = 'optional' in need ? need.optional : need;
  const folder = folders[role];
  if (folder !== undefined) return result.open(folder);
  if ('optional' in need) return undefined;
  throw new Error(`A task has no "${role}" (${result.name}).`);
}
