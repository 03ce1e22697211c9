import { type Stats, statSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import type { ProcessTable } from '../../ports/process-table.ts';
import type { Random } from '../../ports/random.ts';
import { JournalBusyError, JournalVanishedError } from './journal-file-errors.ts';
import type { SqlRow, SqlValue } from './sql-value.ts';
import { isBusy, translateStoreError } from './translate-store-error.ts';

const BUSY_LIMIT_MS = 5000;
const LONGEST_PAUSE_MS = 25;

interface Statement {
  raw(): Statement;
  get(...values: readonly SqlValue[]): SqlRow | undefined;
  all(...values: readonly SqlValue[]): readonly SqlRow[];
  run(...values: readonly SqlValue[]): unknown;
}

/** The part of libsql that we use. */
interface Database {
  readonly inTransaction: boolean;
  prepare(sql: string): Statement;
  exec(sql: string): void;
  close(): void;
}

export interface ConnectionOptions {
  readonly path: string;
  readonly processes: Pick<ProcessTable, 'lockersOf'>;
  readonly random: Pick<Random, 'fraction'>;
}

/**
 * One connection to the journal's file. Statements run at once and take microseconds, a commit takes one sync of the disk;
 * waiting for another process's lock never blocks the event loop.
 */
export class SqliteConnection {
  readonly path: string;
  readonly #db: Database;
  readonly #options: ConnectionOptions;
  readonly #statements = new Map<string, Statement>();
  #file: Stats | undefined;

  private constructor(db: Database, options: ConnectionOptions) {
    this.#db = db;
    this.#options = options;
    this.path = options.path;
  }

  /** Opens the file; creates an empty one if there is none. */
  static async open(options: ConnectionOptions): Promise<SqliteConnection> {
    const { default: Libsql } = await import('libsql');
    try {
      const db = new Libsql(options.path, { timeout: 0 }) as unknown as Database;
      return new SqliteConnection(db, options);
    } catch (cause) {
      throw translateStoreError(cause, options.path);
    }
  }

  get(sql: string, ...values: readonly SqlValue[]): SqlRow | undefined {
    return this.#prepared(sql).get(...values);
  }

  all(sql: string, ...values: readonly SqlValue[]): readonly SqlRow[] {
    return this.#prepared(sql).all(...values);
  }

  run(sql: string, ...values: readonly SqlValue[]): void {
    this.#prepared(sql).run(...values);
  }

  exec(sql: string): void {
    this.#db.exec(sql);
  }

  #prepared(sql: string): Statement {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const statement = this.#db.prepare(sql);
    const rows = /^\s*(SELECT|PRAGMA)/.test(sql) ? statement.raw() : statement;
    this.#statements.set(sql, rows);
    return rows;
  }

  /** Runs statements that see one state of the journal. @throws {JournalBusyError} after 5 s of another's lock. */
  reading<Result>(body: () => Result): Promise<Result> {
    return this.#transaction('BEGIN', body);
  }

  /** Runs statements as one transaction, on disk when this resolves; all or nothing. */
  writing<Result>(body: () => Result): Promise<Result> {
    return this.#transaction('BEGIN IMMEDIATE', body);
  }

  async #transaction<Result>(begin: string, body: () => Result): Promise<Result> {
    return this.retrying(() => {
      this.exec(begin);
      try {
        const result = body();
        this.exec('COMMIT');
        this.assertInPlace(); // last: what a lost file was asked or told does not count
        return result;
      } catch (cause) {
        // After some errors SQLite has rolled back by itself, and says so.
        if (this.#db.inTransaction) this.exec('ROLLBACK');
        throw cause;
      }
    });
  }

  /** Runs `body` again while another process has the lock, for 5 s; nothing else waits meanwhile. */
  async retrying<Result>(body: () => Result): Promise<Result> {
    let waitedSince: number | undefined;
    for (let tries = 0; ; tries++) {
      try {
        return body();
      } catch (cause) {
        if (!isBusy(cause)) throw translateStoreError(cause, this.path);
        waitedSince ??= performance.now();
        if (performance.now() - waitedSince > BUSY_LIMIT_MS) throw this.#busy();
      }
      // Apart from each other, so that several who wait do not come back together for ever.
      await pause(Math.min(2 ** tries, LONGEST_PAUSE_MS) * (0.5 + this.#options.random.fraction()));
    }
  }

  #busy(): JournalBusyError {
    const lockers = this.#options.processes.lockersOf([this.path, `${this.path}-shm`]);
    return new JournalBusyError(this.path, BUSY_LIMIT_MS, lockers);
  }

  /**
   * SQLite goes on writing into a file that has lost its name; nobody would ever read it again.
   * @throws {JournalVanishedError} the path does not name the open file any more.
   */
  assertInPlace(): void {
    const found = statSync(this.path, { throwIfNoEntry: false });
    if (found !== undefined) this.#file ??= found;
    if (found === undefined || found.ino !== this.#file?.ino || found.dev !== this.#file.dev)
      throw new JournalVanishedError(this.path);
  }

  /** `tidy`: bring the write-ahead log home, so that the next command opens faster; others at work are left alone. */
  close(tidy: boolean): void {
    try {
      if (tidy) this.get('PRAGMA wal_checkpoint(TRUNCATE)');
    } catch {
      // Everything is recorded already; whoever opens the journal next does this.
    } finally {
      this.#statements.clear();
      this.#db.close();
    }
  }
}
