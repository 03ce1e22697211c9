import type { LeaseHolder } from './journal.ts';

export interface RunningProcess {
  readonly pid: number;
  /** Its command line, as far as it can be read; else its name; else empty. */
  readonly command: string;
}

/** What this machine knows of its processes. */
export interface ProcessTable {
  /** This process, as a lease names its holder. */
  self(): LeaseHolder;
  /**
   * True only when the process surely does not run any more: it was on this host, in this boot, and its pid is free or
   * belongs to a process that started at another time. False when that cannot be known.
   */
  isGone(process: LeaseHolder): boolean;
  /** Processes that hold a lock on one of these files, as far as the system tells. */
  lockersOf(paths: readonly string[]): readonly RunningProcess[];
}
