import { createHash, randomUUID } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { lstat } from 'node:fs/promises';
import { hasCode } from '../../system/has-code.ts';

const NAME = /^\.slipway-([0-9a-f]{12})-(\d+)-(\d+)-[0-9a-f]{12}$/;
/** A writer that has not written for a day is dead, wherever it ran. */
const ABANDONED_AFTER_MS = 24 * 60 * 60 * 1000;

/** Field 22 of `/proc/PID/stat` (proc(5)): with it a reused pid is not mistaken for the old process. */
function startTimeOf(pid: number | 'self'): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ESRCH')) return undefined;
    throw error;
  }
}

/** This boot and this pid namespace: only within them a pid of another name says anything. */
function placeOfPids(): string {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8');
    return createHash('sha256')
      .update(boot + readlinkSync('/proc/self/ns/pid'))
      .digest('hex')
      .slice(0, 12);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return '000000000000'; // no /proc: leftovers are told by their age alone
    throw error;
  }
}

/** A name for a file that is being written. It tells who writes, so that what a crash leaves behind can be removed. */
export function temporaryName(): string {
  const salt = randomUUID().replaceAll('-', '').slice(0, 12);
  return `.slipway-${placeOfPids()}-${process.pid}-${startTimeOf('self') ?? 0}-${salt}`;
}

export const isTemporaryName = (name: string): boolean => NAME.test(name);

/** Has the writer of this temporary file gone? Its process is no more, or (another host) it has not written for a day. */
export async function isAbandoned(path: string, name: string, nowMs: number): Promise<boolean> {
  const [, place, pid, startTime] = NAME.exec(name) ?? [];
  if (place === undefined) return false;
  if (place === placeOfPids() && startTime !== '0') return startTimeOf(Number(pid)) !== startTime;
  try {
    return nowMs - (await lstat(path)).mtimeMs > ABANDONED_AFTER_MS;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return false; // its writer has just finished
    throw error;
  }
}
