import { SlipwayError } from '../../kernel/slipway-error.ts';
import {
  JournalDamagedError,
  JournalDiskFullError,
  JournalIoError,
  JournalReadOnlyError,
} from './journal-file-errors.ts';

/** Result codes of SQLite (https://www.sqlite.org/rescode.html); extended ones carry the primary one in the low byte. */
const SQLITE_BUSY = 5;
const SQLITE_PROTOCOL = 15;
const NAMES: Readonly<Record<number, 'full' | 'read-only' | 'damaged' | 'io'>> = {
  3: 'io', // PERM
  8: 'read-only', // READONLY
  10: 'io', // IOERR
  11: 'damaged', // CORRUPT
  13: 'full', // FULL
  14: 'io', // CANTOPEN
  23: 'io', // AUTH
  26: 'damaged', // NOTADB
};
/** The message of a failed open has the number only in words. */
const OPEN_FAILED = /Unable to open connection to local database .*: (\d+)"?\)?$/;

/** Somebody else has the lock; PROTOCOL is the same when many wait for it at once. */
export function isBusy(cause: unknown): boolean {
  const code = primaryCode(cause);
  return code === SQLITE_BUSY || code === SQLITE_PROTOCOL;
}

/** The error as Slipway names it; what nobody has described yet comes back as it was. */
export function translateSqliteError(cause: unknown, path: string): unknown {
  if (cause instanceof SlipwayError || !(cause instanceof Error)) return cause;
  const kind = NAMES[primaryCode(cause) ?? -1];
  if (kind === 'full') return new JournalDiskFullError(path, { cause });
  if (kind === 'read-only') return new JournalReadOnlyError(path, { cause });
  if (kind === 'damaged') return new JournalDamagedError(path, cause.message, { cause });
  if (kind === 'io') return new JournalIoError(path, `${cause.message}${name(cause)}`, { cause });
  return cause;
}

function primaryCode(cause: unknown): number | undefined {
  if (!(cause instanceof Error)) return undefined;
  const { rawCode } = cause as { rawCode?: unknown };
  if (typeof rawCode === 'number') return rawCode & 0xff;
  const opening = OPEN_FAILED.exec(cause.message)?.[1];
  return opening === undefined ? undefined : Number(opening) & 0xff;
}

const name = (cause: Error): string => {
  const { code } = cause as { code?: unknown };
  return typeof code === 'string' && code !== '' ? ` (${code})` : '';
};
