import { readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { hasCode } from '../../system/has-code.ts';
import type { EndingPolicy } from './ending-policy.ts';
import { processStat, readProc } from './process-identity.ts';

/** What tells the processes of an attempt from all others of the machine. */
export interface Belonging {
  /** Process group of the container's shell, while there is one. */
  readonly group?: number;
  /** Each is an entry `NAME=value`; a process that has them all in its environment belongs to the attempt, whatever group it is in. */
  readonly environment: readonly string[];
}

export interface FoundProcess {
  readonly pid: number;
  readonly command: string;
}

const POLL_MS = 20;

/** The living processes that belong to an attempt. Those of other users cannot be looked into: the group alone tells them. */
export function processesOf(belonging: Belonging): readonly FoundProcess[] {
  const found: FoundProcess[] = [];
  for (const entry of readdirSync('/proc')) {
    const pid = Number(entry);
    if (!Number.isInteger(pid) || pid === process.pid) continue;
    const stat = processStat(pid);
    if (stat === undefined || stat.state === 'Z' || stat.state === 'X') continue;
    const isInGroup = belonging.group !== undefined && stat.processGroup === belonging.group;
    if (isInGroup || hasEnvironment(pid, belonging.environment)) found.push({ pid, command: stat.command });
  }
  return found;
}

function hasEnvironment(pid: number, wanted: readonly string[]): boolean {
  const environ = readProc(`/proc/${pid}/environ`);
  if (environ === undefined || environ.length === 0) return false;
  return wanted.every((entry) => {
    const bytes = Buffer.from(`${entry}\0`);
    for (let at = environ.indexOf(bytes); at >= 0; at = environ.indexOf(bytes, at + 1)) {
      if (at === 0 || environ[at - 1] === 0) return true;
    }
    return false;
  });
}

/** Waits until nothing of the attempt is left, at most so long. @returns what is left. */
export async function waitForEnd(belonging: Belonging, forMs: number): Promise<readonly FoundProcess[]> {
  const until = performance.now() + forMs;
  for (;;) {
    const left = processesOf(belonging);
    if (left.length === 0 || performance.now() >= until) return left;
    await sleep(POLL_MS);
  }
}

/**
 * TERM for everything of the attempt; after the grace KILL for the group and, again and again, for every process that has the
 * attempt in its environment (a `setsid` grandchild is in no group of ours; a fork may be faster than we read /proc).
 * @returns what could not be ended: processes of another user, or hanging in the kernel.
 */
export async function endProcesses(belonging: Belonging, policy: EndingPolicy): Promise<readonly FoundProcess[]> {
  signalAll(belonging, 'SIGTERM');
  const stubborn = await waitForEnd(belonging, policy.termGraceMs);
  if (stubborn.length === 0) return [];
  const until = performance.now() + policy.killWaitMs;
  for (;;) {
    signalAll(belonging, 'SIGKILL');
    const left = await waitForEnd(belonging, POLL_MS);
    if (left.length === 0 || performance.now() >= until) return left;
  }
}

function signalAll(belonging: Belonging, signal: NodeJS.Signals): void {
  if (belonging.group !== undefined) send(-belonging.group, signal);
  for (const { pid } of processesOf(belonging)) {
    if (processStat(pid)?.processGroup !== belonging.group) send(pid, signal); // one signal each: a second TERM aborts some tools
  }
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    // ESRCH: it has ended. EPERM: it belongs to another user; the caller reports what is left.
    if (!hasCode(error, 'ESRCH', 'EPERM')) throw error;
  }
}
