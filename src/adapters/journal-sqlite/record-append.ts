import { type ChainedEntry, chainEntries, type StreamHead } from '../../domain/journal/chain.ts';
import type { StreamName } from '../../domain/journal/entry.ts';
import { type Append, JournalConflictError } from '../../ports/journal.ts';
import { readEnd, readHead } from './read-entries.ts';
import { INSERTED_COLUMNS } from './row-entry.ts';
import type { SqliteConnection } from './sqlite-connection.ts';
import type { SqliteLeases } from './sqlite-leases.ts';

const SQL = {
  addEntry: `INSERT INTO entry (${INSERTED_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  moveHead:
    'INSERT INTO stream (name, seq, digest) VALUES (?, ?, ?) ' +
    'ON CONFLICT (name) DO UPDATE SET seq = excluded.seq, digest = excluded.digest',
  addToOutbox: 'INSERT INTO outbox (receiver, key, payload) VALUES (?, ?, ?)',
  wake: 'INSERT INTO wake_up (key, at) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET at = excluded.at',
  letSleep: 'DELETE FROM wake_up WHERE key = ?',
} as const;

/**
 * Checks the guards of an append and records it, inside a write transaction of the caller: leases first, since who has
 * lost one must not decide again.
 * @throws {LeaseLostError} @throws {JournalConflictError}
 */
export function recordAppend(
  connection: SqliteConnection,
  leases: SqliteLeases,
  append: Append,
): readonly ChainedEntry[] {
  for (const { name, epoch } of append.leases ?? []) leases.assertHeld(name, epoch);
  const heads = new Map<StreamName, StreamHead>();
  for (const { stream, seq } of append.unchanged ?? []) assertSeq(connection, heads, stream, seq);

  const chained: ChainedEntry[] = [];
  const end = readEnd(connection);
  for (const { stream, expectedSeq, events } of append.writes) {
    assertSeq(connection, heads, stream, expectedSeq);
    const { by, at } = append;
    chained.push(...chainEntries({ by, at, writes: [{ stream, events }] }, heads, end + chained.length));
  }
  writeEntries(connection, chained, heads);

  for (const { receiver, key, payload } of append.outbox ?? [])
    connection.run(SQL.addToOutbox, receiver, key, JSON.stringify(payload));
  for (const { key, at } of append.wakeAt ?? []) {
    if (at === null) connection.run(SQL.letSleep, key);
    else connection.run(SQL.wake, key, at);
  }
  return chained;
}

/** Remembers the stream's head in `heads`: the next write to it in the same append follows it. */
function assertSeq(
  connection: SqliteConnection,
  heads: Map<StreamName, StreamHead>,
  stream: StreamName,
  expectedSeq: number,
): void {
  const head = heads.get(stream) ?? readHead(connection, stream);
  heads.set(stream, head);
  if (head.seq !== expectedSeq) throw new JournalConflictError(stream, expectedSeq, head.seq);
}

function writeEntries(
  connection: SqliteConnection,
  chained: readonly ChainedEntry[],
  heads: ReadonlyMap<StreamName, StreamHead>,
): void {
  for (const { entry: e, dataText } of chained)
    connection.run(SQL.addEntry, e.position, e.stream, e.seq, e.at, e.type, e.v, dataText, e.by, e.prev);
  for (const stream of new Set(chained.map(({ entry }) => entry.stream))) {
    const head = heads.get(stream);
    if (head?.digest) connection.run(SQL.moveHead, stream, head.seq, head.digest);
  }
}
