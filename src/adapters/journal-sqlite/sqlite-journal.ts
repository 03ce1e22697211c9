import { setImmediate as turn } from 'node:timers/promises';
import { type ChainedEntry, chainEntries, emptyHead, type StreamHead } from '../../domain/journal/chain.ts';
import { checkAppend } from '../../domain/journal/check-append.ts';
import type { Entry, StreamName } from '../../domain/journal/entry.ts';
import type { Sha256 } from '../../kernel/ids.ts';
import type { Instant } from '../../kernel/instant.ts';
import type { JsonObject } from '../../kernel/json.ts';
import {
  type Append,
  type Journal,
  JournalConflictError,
  type Lease,
  type LeaseHolder,
  type OutboxRow,
} from '../../ports/journal.ts';
import type { ProcessTable } from '../../ports/process-table.ts';
import { ChangeWatch } from './change-watch.ts';
import type { HeadFile } from './head-file.ts';
import { JournalDamagedError, JournalVanishedError } from './journal-file-errors.ts';
import { ENTRY_COLUMNS, rowToEntry } from './row-entry.ts';
import type { SqliteConnection, SqlRow } from './sqlite-connection.ts';
import { SqliteLeases } from './sqlite-leases.ts';

const FOLLOW_BATCH = 500;
/** Greater than any name that begins with the prefix: SQLite compares text by bytes of UTF-8. */
const LAST_CHARACTER = '\u{10ffff}';

const SQL = {
  end: 'SELECT max(position) FROM entry',
  headOf: 'SELECT seq, digest FROM stream WHERE name = ?',
  addEntry: `INSERT INTO entry (${ENTRY_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  moveHead:
    'INSERT INTO stream (name, seq, digest) VALUES (?, ?, ?) ' +
    'ON CONFLICT (name) DO UPDATE SET seq = excluded.seq, digest = excluded.digest',
  addToOutbox: 'INSERT INTO outbox (receiver, key, payload) VALUES (?, ?, ?)',
  wake: 'INSERT INTO wake_up (key, at) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET at = excluded.at',
  letSleep: 'DELETE FROM wake_up WHERE key = ?',
  ofStream: `SELECT ${ENTRY_COLUMNS} FROM entry WHERE stream = ? AND seq > ? ORDER BY seq`,
  after: `SELECT ${ENTRY_COLUMNS} FROM entry WHERE position > ? ORDER BY position LIMIT ?`,
  streams: 'SELECT name, seq, digest FROM stream WHERE name >= ? AND name < ? ORDER BY name',
  due: 'SELECT key, at FROM wake_up WHERE at <= ? ORDER BY at, key',
  pending: 'SELECT id, receiver, key, payload FROM outbox WHERE delivered_at IS NULL ORDER BY id LIMIT ?',
  delivered: 'UPDATE outbox SET delivered_at = ? WHERE id = ? AND delivered_at IS NULL',
  dataVersion: 'PRAGMA data_version',
} as const;

/** The journal in one SQLite file. Made by `openSqliteJournal`, which checks the file first. */
export class SqliteJournal implements Journal {
  readonly id: string;
  readonly #connection: SqliteConnection;
  readonly #headFile: HeadFile;
  readonly #leases: SqliteLeases;
  readonly #changes: ChangeWatch;
  readonly #closed = new AbortController();
  #wrote = false;

  constructor(
    id: string,
    parts: { connection: SqliteConnection; headFile: HeadFile; processes: Pick<ProcessTable, 'isGone'> },
  ) {
    this.id = id;
    this.#connection = parts.connection;
    this.#headFile = parts.headFile;
    this.#leases = new SqliteLeases(parts.connection, parts.processes);
    this.#changes = new ChangeWatch(() => {
      this.#connection.assertInPlace();
      return this.#connection.get(SQL.dataVersion)?.[0] as number;
    });
  }

  async append(append: Append): Promise<readonly Entry[]> {
    checkAppend(append);
    const chained = await this.#connection.writing(() => this.#record(append));
    this.#wrote = true;
    const last = chained.at(-1)?.entry;
    if (last !== undefined) this.#noteHead(last.position);
    this.#changes.ring();
    return chained.map(({ entry }) => entry);
  }

  /** Inside the transaction. */
  #record({ by, at, writes, unchanged = [], leases = [], outbox = [], wakeAt = [] }: Append): readonly ChainedEntry[] {
    const connection = this.#connection;
    for (const { name, epoch } of leases) this.#leases.assertHeld(name, epoch);
    const heads = new Map<StreamName, StreamHead>();
    for (const { stream, seq } of unchanged) this.#assertSeq(heads, stream, seq);
    const chained: ChainedEntry[] = [];
    const end = connection.get(SQL.end)?.[0] as number | null;
    for (const { stream, expectedSeq, events } of writes) {
      this.#assertSeq(heads, stream, expectedSeq);
      chained.push(...chainEntries({ by, at, writes: [{ stream, events }] }, heads, (end ?? 0) + chained.length));
    }
    for (const { entry: e, dataText } of chained)
      connection.run(SQL.addEntry, e.position, e.stream, e.seq, e.at, e.type, e.v, dataText, e.by, e.prev);
    for (const stream of new Set(chained.map(({ entry }) => entry.stream))) {
      const head = heads.get(stream);
      if (head?.digest) connection.run(SQL.moveHead, stream, head.seq, head.digest);
    }
    for (const { receiver, key, payload } of outbox)
      connection.run(SQL.addToOutbox, receiver, key, JSON.stringify(payload));
    for (const { key, at: wakeTime } of wakeAt) {
      if (wakeTime === null) connection.run(SQL.letSleep, key);
      else connection.run(SQL.wake, key, wakeTime);
    }
    return chained;
  }

  #assertSeq(heads: Map<StreamName, StreamHead>, stream: StreamName, expectedSeq: number): void {
    const head = heads.get(stream) ?? this.#headOf(stream);
    heads.set(stream, head);
    if (head.seq !== expectedSeq) throw new JournalConflictError(stream, expectedSeq, head.seq);
  }

  #headOf(stream: StreamName): StreamHead {
    const row = this.#connection.get(SQL.headOf, stream);
    return row === undefined ? emptyHead(stream) : { stream, seq: row[0] as number, digest: row[1] as Sha256 };
  }

  #noteHead(position: number): void {
    try {
      this.#headFile.write({ journal: this.id, position });
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === 'ENOENT')
        throw new JournalVanishedError(this.#headFile.path, { cause });
      throw cause;
    }
    this.#connection.assertInPlace(); // the folder may have gone while the commit was on its way
  }

  async read(stream: StreamName, afterSeq = 0): Promise<readonly Entry[]> {
    return this.#entries(SQL.ofStream, stream, afterSeq);
  }

  async readFrom(position: number, limit: number): Promise<readonly Entry[]> {
    return this.#entries(SQL.after, position, limit);
  }

  async #entries(sql: string, ...values: readonly (string | number)[]): Promise<readonly Entry[]> {
    const rows = await this.#connection.reading(() => this.#connection.all(sql, ...values));
    return rows.map((row) => this.#entry(row));
  }

  #entry(row: SqlRow): Entry {
    try {
      return rowToEntry(row);
    } catch (cause) {
      const found = `the data of entry ${row[2]} of stream "${row[1]}" is not JSON`;
      throw new JournalDamagedError(this.#connection.path, found, { cause });
    }
  }

  async streams(prefix: string): Promise<readonly StreamHead[]> {
    const rows = await this.#connection.reading(() =>
      this.#connection.all(SQL.streams, prefix, prefix + LAST_CHARACTER),
    );
    return rows.map(([stream, seq, digest]) => ({
      stream: stream as string,
      seq: seq as number,
      digest: digest as Sha256,
    }));
  }

  async head(): Promise<number> {
    return this.#connection.reading(() => (this.#connection.get(SQL.end)?.[0] as number | null) ?? 0);
  }

  async *follow(position: number, signal: AbortSignal): AsyncIterable<Entry> {
    const over = AbortSignal.any([signal, this.#closed.signal]);
    let after = position;
    while (!over.aborted) {
      const mark = this.#changes.mark();
      const batch = await this.readFrom(after, FOLLOW_BATCH);
      for (const entry of batch) {
        if (over.aborted) return;
        after = entry.position;
        yield entry;
      }
      if (batch.length === 0) await this.#changes.changedSince(mark, over);
      else await turn(); // a long backlog must not starve timers and sockets
    }
  }

  acquireLease(name: string, holder: LeaseHolder, ttlMs: number, now: Instant): Promise<Lease | undefined> {
    return this.#leases.acquire(name, holder, ttlMs, now);
  }

  renewLease(lease: Lease, ttlMs: number, now: Instant): Promise<Lease> {
    return this.#leases.renew(lease, ttlMs, now);
  }

  releaseLease(lease: Lease): Promise<void> {
    return this.#leases.release(lease);
  }

  leaseHolder(name: string): Promise<Lease | undefined> {
    return this.#leases.holderOf(name);
  }

  async dueWakeUps(now: Instant): Promise<readonly { readonly key: string; readonly at: Instant }[]> {
    const rows = await this.#connection.reading(() => this.#connection.all(SQL.due, now));
    return rows.map(([key, at]) => ({ key: key as string, at: at as Instant }));
  }

  async pendingOutbox(limit: number): Promise<readonly (OutboxRow & { readonly id: number })[]> {
    const rows = await this.#connection.reading(() => this.#connection.all(SQL.pending, limit));
    return rows.map(([id, receiver, key, payload]) => ({
      id: id as number,
      receiver: receiver as string,
      key: key as string,
      payload: JSON.parse(payload as string) as JsonObject,
    }));
  }

  async markDelivered(id: number, at: Instant): Promise<void> {
    await this.#connection.writing(() => this.#connection.run(SQL.delivered, at, id));
  }

  async close(): Promise<void> {
    if (this.#closed.signal.aborted) return;
    this.#closed.abort();
    this.#headFile.close();
    this.#connection.close(this.#wrote);
  }
}
