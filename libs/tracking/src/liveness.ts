import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { errorCode } from '@id3/core';

/** One process of one boot of one host, told apart from a later process with the same pid. */
export interface ProcessIdentity {
  readonly host: string;
  readonly pid: number;
  /** `<boot id>/<clock ticks from boot to the process's start>`; empty where there is no /proc. */
  readonly processStart: string;
}

/** The identity of the process with this pid on this host, or undefined where it has ended. */
export function processIdentity(pid: number): ProcessIdentity | undefined {
  const host = hostname();
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    // proc(5): the name in parentheses may hold anything, so fields are counted after it: 3 = state, 22 = start.
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const ended = 'ZXx'.includes(fields[0]);
    return ended ? undefined : { host, pid, processStart: `${boot}/${fields[19]}` };
  } catch (error) {
    if (process.platform === 'linux' && errorCode(error) !== 'EACCES') return undefined;
  }
  try {
    process.kill(pid, 0);
    return { host, pid, processStart: '' };
  } catch {
    return undefined;
  }
}

let self: ProcessIdentity | undefined;

/** The identity of the process that asks. */
export function thisProcess(): ProcessIdentity {
  return (self ??= processIdentity(process.pid) ?? { host: hostname(), pid: process.pid, processStart: '' });
}

/** Whether the process still runs, or undefined where it belongs to another host and nobody here can know. */
export function isAlive(identity: ProcessIdentity): boolean | undefined {
  if (identity.host !== thisProcess().host) return undefined;
  const now = processIdentity(identity.pid);
  return now !== undefined && now.processStart === identity.processStart;
}
