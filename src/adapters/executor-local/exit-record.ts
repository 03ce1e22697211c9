import { closeSync, fsyncSync, ftruncateSync, openSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import type { AttemptExit } from '../../domain/run/attempt.ts';
import type { Instant } from '../../kernel/instant.ts';
import { hasCode } from '../../system/has-code.ts';
import { syncFolderNow } from '../../system/sync-folder.ts';
import { writeAll } from './durable-file.ts';
import { translateDiskError } from './system-error.ts';

/** `exit.json`: the last word on an attempt. */
export interface ExitRecord {
  readonly exit: AttemptExit;
  readonly startedAt: Instant;
  readonly endedAt: Instant;
  /** The commands wrote a secret into `$SLIPWAY_OUTPUT`: its values must not be recorded. */
  readonly valuesHoldSecret: boolean;
}

const RESERVED_BYTES = 8 * 1024;
const LONGEST_TEXT = 1000; // characters: at most six bytes each in JSON

/**
 * Room on the disk for the exit record, taken before the commands begin. Without it, an attempt that filled the disk could
 * not even say so: it would look lost.
 */
export class ExitReservation {
  readonly #path: string;

  constructor(exitPath: string, nonce: string) {
    this.#path = `${exitPath}.${nonce}`;
    try {
      const fd = openSync(this.#path, 'wx', 0o600);
      try {
        writeAll(fd, Buffer.alloc(RESERVED_BYTES, ' '));
        fsyncSync(fd); // with delayed allocation the blocks are ours only now
      } finally {
        closeSync(fd);
      }
    } catch (error) {
      if (!hasCode(error, 'EEXIST')) this.release(); // that one is somebody else's
      throw translateDiskError(error, exitPath);
    }
  }

  release(): void {
    rmSync(this.#path, { force: true });
  }

  /** Write, fsync, rename: the record is there as a whole, or not at all. */
  fill(exitPath: string, record: ExitRecord): void {
    const fd = openSync(this.#path, 'r+');
    try {
      const bytes = Buffer.from(JSON.stringify(shortened(record)));
      writeAll(fd, bytes);
      ftruncateSync(fd, bytes.length);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    renameSync(this.#path, exitPath);
    syncFolderNow(dirname(exitPath));
  }
}

/** Keeps the record within its room: only texts from outside can be long. */
function shortened(record: ExitRecord): ExitRecord {
  const { exit } = record;
  if (exit.how === 'stopped') return { ...record, exit: { ...exit, reason: cut(exit.reason) } };
  if (exit.how === 'agent') return { ...record, exit: { ...exit, message: cut(exit.message) } };
  return record;
}

const cut = (text: string): string => (text.length <= LONGEST_TEXT ? text : `${text.slice(0, LONGEST_TEXT)}...`);
