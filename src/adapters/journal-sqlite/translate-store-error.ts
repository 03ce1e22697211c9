import { SlipwayError } from '../../kernel/slipway-error.ts';
import {
  JournalDamagedError,
  JournalDiskFullError,
  JournalIoError,
  JournalReadOnlyError,
} from './journal-file-errors.ts';
import { DamagedValue } from './sql-value.ts';

/** Result codes of SQLite (https://www.sqlite.org/rescode.html); extended ones carry the primary one in the low byte. */
const SQLITE_BUSY = 5;
const SQLITE_PROTOCOL = 15;
const NAMES: Readonly<Record<number, 'full' | 'read-only' | 'damaged' | 'io'>> = {
  1: 'damaged', // ERROR: a table or column of the schema is not there (statements are fixed, and tested)
  3: 'io', // PERM
  8: 'read-only', // READONLY
  10: 'io', // IOERR
  11: 'damaged', // CORRUPT
  13: 'full', // FULL
  14: 'io', // CANTOPEN
  19: 'damaged', // CONSTRAINT: an entry is there that the stream's end does not count
  20: 'damaged', // MISMATCH
  23: 'io', // AUTH
  26: 'damaged', // NOTADB
};
/** An extended code of IOERR: the index of the log cannot grow, which only a full disk does to it. */
const SQLITE_IOERR_SHMSIZE = 4874;
/** What the system says where we touch files ourselves (errno(3)). */
const SYSTEM_NAMES: Readonly<Record<string, 'full' | 'read-only' | 'io'>> = {
  ENOSPC: 'full',
  EDQUOT: 'full',
  EROFS: 'read-only',
  EACCES: 'io',
  EPERM: 'io',
  ENOENT: 'io',
  EIO: 'io',
  ESTALE: 'io',
  EISDIR: 'io',
  ENOTDIR: 'io',
};
/** The message of a failed open has the number only in words. */
const OPEN_FAILED = /Unable to open connection to local database .*: (\d+)"?\)?$/;

/** Somebody else has the lock; PROTOCOL is the same when many wait for it at once. */
export function isBusy(cause: unknown): boolean {
  const code = primaryCode(cause);
  return code === SQLITE_BUSY || code === SQLITE_PROTOCOL;
}

/** The error of SQLite or of the system as Slipway names it; what nobody has described yet comes back as it was. */
export function translateStoreError(cause: unknown, path: string): unknown {
  if (cause instanceof SlipwayError || !(cause instanceof Error)) return cause;
  if (cause instanceof DamagedValue) return new JournalDamagedError(path, cause.message, { cause });
  const { code, message } = cause as NodeJS.ErrnoException;
  const isFull = (cause as { rawCode?: unknown }).rawCode === SQLITE_IOERR_SHMSIZE;
  const kind = isFull ? 'full' : (NAMES[primaryCode(cause) ?? -1] ?? SYSTEM_NAMES[code ?? '']);
  if (kind === 'full') return new JournalDiskFullError(path, { cause });
  if (kind === 'read-only') return new JournalReadOnlyError(path, { cause });
  if (kind === 'damaged') return new JournalDamagedError(path, message, { cause });
  if (kind === 'io')
    return new JournalIoError(path, message.includes(code ?? '') ? message : `${message} (${code})`, { cause });
  return cause;
}

function primaryCode(cause: unknown): number | undefined {
  if (!(cause instanceof Error)) return undefined;
  const { rawCode } = cause as { rawCode?: unknown };
  if (typeof rawCode === 'number') return rawCode & 0xff;
  const opening = OPEN_FAILED.exec(cause.message)?.[1];
  return opening === undefined ? undefined : Number(opening) & 0xff;
}
