import { emptyHead, type StreamHead } from '../../domain/journal/chain.ts';
import type { Entry, StreamName } from '../../domain/journal/entry.ts';
import type { Sha256 } from '../../kernel/ids.ts';
import { type ReadEntry, rowToEntry, SELECTED_COLUMNS } from './row-entry.ts';
import { DamagedValue, integerColumn, textColumn, toInteger, toText } from './sql-value.ts';
import type { SqliteConnection } from './sqlite-connection.ts';

const SQL = {
  end: 'SELECT coalesce(max(position), 0) FROM entry',
  headOf: `SELECT ${integerColumn('seq')}, ${textColumn('digest')} FROM stream WHERE name = ?`,
  ofStream: `SELECT ${SELECTED_COLUMNS} FROM entry WHERE stream = ? AND seq > ? ORDER BY seq`,
  after: `SELECT ${SELECTED_COLUMNS} FROM entry WHERE position > ? ORDER BY position LIMIT ?`,
  heads:
    `SELECT ${textColumn('name')}, ${integerColumn('seq')}, ${textColumn('digest')} FROM stream ` +
    'WHERE name >= ? AND name < ? ORDER BY name',
} as const;
/** Greater than any name that begins with the prefix: SQLite compares text by bytes of UTF-8. */
const LAST_CHARACTER = '\u{10ffff}';

/** All run inside a transaction of the caller, and find what a damaged file makes of the entries. @throws {DamagedValue} */

export function readEnd(connection: SqliteConnection): number {
  return toInteger(connection.get(SQL.end)?.[0]);
}

export function readHead(connection: SqliteConnection, stream: StreamName): StreamHead {
  const row = connection.get(SQL.headOf, stream);
  return row === undefined ? emptyHead(stream) : { stream, seq: toInteger(row[0]), digest: toText(row[1]) as Sha256 };
}

export function readHeads(connection: SqliteConnection, prefix: string): readonly StreamHead[] {
  return connection.all(SQL.heads, prefix, prefix + LAST_CHARACTER).map(([stream, seq, digest]) => ({
    stream: toText(stream),
    seq: toInteger(seq),
    digest: toText(digest) as Sha256,
  }));
}

/** As recorded, changed or not: `slipway journal verify` wants to see. */
export function readAfter(connection: SqliteConnection, position: number, limit: number): readonly Entry[] {
  return connection.all(SQL.after, position, limit).map((row) => rowToEntry(row).entry);
}

/** What rules decide by: entries that are not as they were recorded are refused. */
export function readStream(connection: SqliteConnection, stream: StreamName, afterSeq: number): readonly Entry[] {
  const read = connection.all(SQL.ofStream, stream, afterSeq).map(rowToEntry);
  assertChained(read, afterSeq, readHead(connection, stream));
  return read.map(({ entry }) => entry);
}

function assertChained(read: readonly ReadEntry[], afterSeq: number, head: StreamHead): void {
  let last = { seq: afterSeq, digest: afterSeq === 0 ? null : undefined } as { seq: number; digest?: Sha256 | null };
  for (const { entry, digest } of read) {
    if (entry.seq !== last.seq + 1 || (last.digest !== undefined && entry.prev !== last.digest))
      throw new DamagedValue(`entry ${entry.seq} of the stream "${entry.stream}" does not follow the one before it`);
    last = { seq: entry.seq, digest: digest() };
  }
  const fits = read.length === 0 ? head.seq <= afterSeq : head.seq === last.seq && head.digest === last.digest;
  if (!fits) throw new DamagedValue(`the last entry of the stream "${head.stream}" is not the one that was recorded`);
}
