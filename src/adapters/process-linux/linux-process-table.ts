import { readFileSync, readlinkSync, statSync } from 'node:fs';
import { hostname } from 'node:os';
import type { LeaseHolder } from '../../ports/journal.ts';
import type { ProcessTable, RunningProcess } from '../../ports/process-table.ts';

/** proc(5), `/proc/PID/stat`: the fields we read, counted from the state (3) that follows the name in parentheses. */
const STATE = 0;
const START_TIME = 22 - 3;
const ENDED = new Set(['Z', 'X', 'x']);

/**
 * Processes as Linux tells of them in /proc. Where there is no /proc (macOS), nothing is ever known to be gone, and leases
 * run out instead.
 */
export class LinuxProcessTable implements ProcessTable {
  #self: LeaseHolder | undefined;

  self(): LeaseHolder {
    this.#self ??= {
      host: hostname(),
      bootId: pidScope(),
      pid: process.pid,
      startTime: statFields(process.pid)?.[START_TIME] ?? '',
    };
    return this.#self;
  }

  isGone(other: LeaseHolder): boolean {
    const self = this.self();
    if (self.bootId === '' || other.host !== self.host || other.bootId !== self.bootId) return false;
    const fields = statFields(other.pid);
    if (fields === undefined) return !answersSignals(other.pid);
    // A process that ended but that its parent has not waited for yet does nothing any more.
    return ENDED.has(fields[STATE] ?? '') || fields[START_TIME] !== other.startTime;
  }

  lockersOf(paths: readonly string[]): readonly RunningProcess[] {
    const files = new Set(paths.map(lockName).filter((name) => name !== undefined));
    const pids = new Set<number>();
    for (const line of (readProc('/proc/locks') ?? '').split('\n')) {
      // "1: POSIX  ADVISORY  WRITE 1234 fd:01:5678 120 120"; a waiting request begins with "->" and holds nothing.
      const [, kind, , access, pid, file] = line.split(/\s+/);
      if (kind !== '->' && access === 'WRITE' && file !== undefined && files.has(file)) pids.add(Number(pid));
    }
    return [...pids].map((pid) => ({ pid, command: commandOf(pid) }));
  }
}

/**
 * Within which a pid means one process: this boot of this machine, and this pid namespace of it (a container that shares
 * the host's name has its own).
 */
function pidScope(): string {
  const boot = readProc('/proc/sys/kernel/random/boot_id')?.trim();
  if (boot === undefined) return '';
  try {
    return `${boot} ${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return boot; // some sandboxes hide namespaces; the boot alone is then all there is
  }
}

/** undefined when there is no such process. */
function statFields(pid: number): readonly string[] | undefined {
  const stat = readProc(`/proc/${pid}/stat`);
  // The name may hold spaces and parentheses itself: the last one closes it.
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
}

/** kill(2) with signal 0 sees processes of other users even where /proc hides them (`hidepid`). */
function answersSignals(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (cause) {
    return (cause as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

/** The file as /proc/locks writes it: device in hex, inode in decimal. undefined when the file is not there. */
function lockName(path: string): string | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) return undefined;
  const hex = (number: number): string => number.toString(16).padStart(2, '0');
  // makedev(3): 12 bits of major and 20 of minor, in the halves of the low 32 bits.
  const major = (found.dev >>> 8) & 0xfff;
  const minor = (found.dev & 0xff) | ((found.dev >>> 12) & 0xfff00);
  return `${hex(major)}:${hex(minor)}:${found.ino}`;
}

function commandOf(pid: number): string {
  const line = readProc(`/proc/${pid}/cmdline`)?.replaceAll('\0', ' ').trim();
  return line || (readProc(`/proc/${pid}/comm`)?.trim() ?? '');
}

/** undefined when the file is not there, the process is gone, or it is not ours to read. */
function readProc(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined; // everything in /proc may vanish between two lines; what is not known is reported as not known
  }
}
