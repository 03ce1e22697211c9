import { readFileSync } from 'node:fs';
import { hasCode } from '../../system/has-code.ts';

/** A process that cannot be mistaken for a later one with the same pid, nor for one before the last boot. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Field 22 of `/proc/PID/stat`, clock ticks since boot (proc(5)). */
  readonly startTime: string;
  readonly bootId: string;
}

export interface ProcessStat {
  readonly command: string;
  /** One letter; `Z` is a zombie: dead, not yet reaped by its parent. */
  readonly state: string;
  readonly processGroup: number;
  readonly startTime: string;
}

/** What `/proc/PID/stat` says; undefined when there is no such process. */
export function processStat(pid: number): ProcessStat | undefined {
  const text = readProc(`/proc/${pid}/stat`)?.toString('latin1');
  if (text === undefined) return undefined;
  const end = text.lastIndexOf(')'); // the command may hold blanks and brackets
  const fields = text.slice(end + 2).split(' ');
  return {
    command: text.slice(text.indexOf('(') + 1, end),
    state: fields[0] ?? '',
    processGroup: Number(fields[2]),
    startTime: fields[19] ?? '',
  };
}

/** A file of /proc; undefined when the process is gone, or is not ours to look at. */
export function readProc(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ESRCH', 'EACCES', 'EPERM')) return undefined;
    throw error;
  }
}

const bootId = (): string => readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();

export function ownIdentity(): ProcessIdentity {
  return { pid: process.pid, startTime: processStat(process.pid)?.startTime ?? '', bootId: bootId() };
}

export function isAlive(identity: ProcessIdentity): boolean {
  if (identity.bootId !== bootId()) return false;
  const stat = processStat(identity.pid);
  return stat !== undefined && stat.startTime === identity.startTime && stat.state !== 'Z';
}
