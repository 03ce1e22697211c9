import { setImmediate as turn } from 'node:timers/promises';
import type { StreamHead } from '../../domain/journal/chain.ts';
import { checkAppend } from '../../domain/journal/check-append.ts';
import type { Entry, StreamName } from '../../domain/journal/entry.ts';
import type { Instant } from '../../kernel/instant.ts';
import type { JsonObject } from '../../kernel/json.ts';
import type { Append, Journal, Lease, LeaseHolder, OutboxRow } from '../../ports/journal.ts';
import type { ProcessTable } from '../../ports/process-table.ts';
import { ChangeWatch } from './change-watch.ts';
import type { HeadFile } from './head-file.ts';
import { JournalIoError, JournalVanishedError } from './journal-file-errors.ts';
import { readAfter, readEnd, readHeads, readStream } from './read-entries.ts';
import { recordAppend } from './record-append.ts';
import { integerColumn, textColumn, toInteger, toJson, toText } from './sql-value.ts';
import type { SqliteConnection } from './sqlite-connection.ts';
import { SqliteLeases } from './sqlite-leases.ts';
import { isBusy, translateStoreError } from './translate-store-error.ts';

const FOLLOW_BATCH = 500;

const SQL = {
  due: `SELECT ${textColumn('key')}, ${integerColumn('at')} FROM wake_up WHERE at <= ? ORDER BY wake_up.at, wake_up.key`,
  pending:
    `SELECT id, ${textColumn('receiver')}, ${textColumn('key')}, ${textColumn('payload')} FROM outbox ` +
    'WHERE delivered_at IS NULL ORDER BY id LIMIT ?',
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
    this.#changes = new ChangeWatch(() => this.#dataVersion());
  }

  #dataVersion(): number {
    this.#connection.assertInPlace();
    try {
      return toInteger(this.#connection.get(SQL.dataVersion)?.[0]);
    } catch (cause) {
      if (isBusy(cause)) return Number.NaN; // equal to nothing: look, and wait there for the lock
      throw translateStoreError(cause, this.#connection.path);
    }
  }

  async append(append: Append): Promise<readonly Entry[]> {
    checkAppend(append);
    const chained = await this.#connection.writing(() => recordAppend(this.#connection, this.#leases, append));
    this.#wrote = true;
    const last = chained.at(-1)?.entry;
    if (last !== undefined) this.#noteHead(last.position);
    this.#changes.ring();
    return chained.map(({ entry }) => entry);
  }

  #noteHead(position: number): void {
    try {
      this.#headFile.write({ journal: this.id, position });
    } catch (cause) {
      const { code, message } = cause as NodeJS.ErrnoException;
      if (code === 'ENOENT') throw new JournalVanishedError(this.#headFile.path, { cause });
      const what = `position ${position} was recorded, but could not be noted in ${this.#headFile.path}: ${message}`;
      throw new JournalIoError(this.#connection.path, what, { cause });
    }
  }

  read(stream: StreamName, afterSeq = 0): Promise<readonly Entry[]> {
    return this.#connection.reading(() => readStream(this.#connection, stream, afterSeq));
  }

  readFrom(position: number, limit: number): Promise<readonly Entry[]> {
    return this.#connection.reading(() => readAfter(this.#connection, position, limit));
  }

  streams(prefix: string): Promise<readonly StreamHead[]> {
    return this.#connection.reading(() => readHeads(this.#connection, prefix));
  }

  head(): Promise<number> {
    return this.#connection.reading(() => readEnd(this.#connection));
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

  dueWakeUps(now: Instant): Promise<readonly { readonly key: string; readonly at: Instant }[]> {
    return this.#connection.reading(() =>
      this.#connection.all(SQL.due, now).map(([key, at]) => ({ key: toText(key), at: toInteger(at) as Instant })),
    );
  }

  pendingOutbox(limit: number): Promise<readonly (OutboxRow & { readonly id: number })[]> {
    return this.#connection.reading(() =>
      this.#connection.all(SQL.pending, limit).map(([id, receiver, key, payload]) => ({
        id: toInteger(id),
        receiver: toText(receiver),
        key: toText(key),
        payload: toJson<JsonObject>(toText(payload)),
      })),
    );
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
