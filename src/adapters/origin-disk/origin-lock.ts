import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import Database from 'libsql';
import type { Sha256 } from '../../kernel/ids.ts';
import { OriginHeldError } from '../../ports/origin-error.ts';
import { hasCode } from '../../system/has-code.ts';
import { makeFolder } from '../../system/make-folder.ts';
import { translateWriteError } from './origin-failure.ts';
import { FOLDER_MODE, ORIGIN_PATHS } from './origin-paths.ts';

const POLL_MS = 10;
const DEFAULT_WAIT_MS = 30_000;

const SCHEMA = `
CREATE TABLE IF NOT EXISTS moved (channel TEXT PRIMARY KEY, epoch INTEGER NOT NULL, number INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS seen (path TEXT PRIMARY KEY, sha256 TEXT NOT NULL) STRICT, WITHOUT ROWID;
`;

/** What the origin remembers of itself, readable and writable while its lock is held. */
export interface OriginMemory {
  /** The last epoch under which the channel's pointer moved or was about to, and the highest number it has shown or was to. */
  lastMove(channel: string): { readonly epoch: number; readonly number: number } | undefined;
  rememberMove(channel: string, epoch: number, number: number): void;
  /** The digest under which users have seen a path below the origin; kept for ever, also when the file is gone. */
  seenDigest(path: string): Sha256 | undefined;
  rememberSeen(path: string, sha256: Sha256): void;
  /** Whether nothing has been remembered yet: a new origin, or one whose memory was lost. */
  isNew(): boolean;
}

/** The one connection of a process to an origin's lock, and the file it is a connection to. */
interface Connection {
  readonly database: Database.Database;
  readonly memory: LockedMemory;
  readonly inode: bigint;
}

/**
 * The origin's own lock: an exclusive transaction of a small SQLite file in the origin. The kernel frees it when its holder
 * dies, not while it is frozen; so whoever gets it knows that nobody else is between a look at the pointer and its move.
 * No transaction of the journal is open meanwhile.
 *
 * The connection is kept: libsql closes a file only when its statements have been collected, so opening it each time would
 * leave files open, and a lock held, for as long as the collector likes.
 */
export class OriginLock {
  readonly #root: string;
  readonly #path: string;
  readonly #waitMs: number;
  #connection: Connection | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(root: string, waitMs = DEFAULT_WAIT_MS) {
    this.#root = root;
    this.#path = join(root, ORIGIN_PATHS.lock);
    this.#waitMs = waitMs;
  }

  /**
   * Runs `action` under the lock. What it remembered is kept if it resolves, and forgotten if it rejects.
   * @throws {OriginHeldError} another process does not let go.
   */
  hold<Result>(action: (memory: OriginMemory) => Promise<Result>): Promise<Result> {
    const mine = this.#turn.then(() => this.#holdNow(action));
    this.#turn = mine.catch(() => undefined); // whoever asked for it is told; the next one has its turn all the same
    return mine;
  }

  async #holdNow<Result>(action: (memory: OriginMemory) => Promise<Result>): Promise<Result> {
    let database: Database.Database | undefined;
    try {
      const connection = await this.#connect();
      database = connection.database;
      await this.#begin(database);
      const result = await action(connection.memory.prepared());
      database.exec('COMMIT');
      connection.memory.kept();
      return result;
    } catch (error) {
      if (database?.inTransaction) database.exec('ROLLBACK');
      throw translateWriteError(error, this.#root);
    }
  }

  /** The file may have been removed or replaced since, with the whole origin: then a lock on the old one would lock nothing. */
  async #connect(): Promise<Connection> {
    const known = this.#connection;
    if (known !== undefined && known.inode === (await this.#inode())) return known;
    known?.database.close();
    await makeFolder(dirname(this.#path), FOLDER_MODE);
    const database = new Database(this.#path);
    const memory = new LockedMemory(database);
    this.#connection = { database, memory, inode: (await this.#inode()) ?? 0n };
    return this.#connection;
  }

  async #inode(): Promise<bigint | undefined> {
    try {
      return (await stat(this.#path, { bigint: true })).ino;
    } catch (error) {
      if (hasCode(error, 'ENOENT')) return undefined;
      throw error;
    }
  }

  async #begin(database: Database.Database): Promise<void> {
    for (let waited = 0; ; waited += POLL_MS) {
      try {
        database.exec('BEGIN EXCLUSIVE');
        return;
      } catch (error) {
        if (!hasCode(error, 'SQLITE_BUSY')) throw error;
        if (waited >= this.#waitMs) throw new OriginHeldError(this.#path, this.#waitMs, { cause: error });
      }
      await pause(POLL_MS); // not SQLite's own waiting: that would stop this process from serving anything
    }
  }
}

interface Statements {
  readonly lastMove: Database.Statement;
  readonly rememberMove: Database.Statement;
  readonly seenDigest: Database.Statement;
  readonly rememberSeen: Database.Statement;
  readonly anyMove: Database.Statement;
}

class LockedMemory implements OriginMemory {
  readonly #database: Database.Database;
  #statements: Statements | undefined;
  #hasTables = false;

  constructor(database: Database.Database) {
    this.#database = database;
  }

  /** At the beginning of each transaction, until one that made the tables was kept. */
  prepared(): this {
    const database = this.#database;
    if (!this.#hasTables) database.exec(SCHEMA);
    this.#statements ??= {
      lastMove: database.prepare('SELECT epoch, number FROM moved WHERE channel = ?'),
      rememberMove: database.prepare(
        'INSERT INTO moved VALUES (?, ?, ?) ON CONFLICT (channel) DO UPDATE SET epoch = ?2, number = ?3',
      ),
      seenDigest: database.prepare('SELECT sha256 FROM seen WHERE path = ?'),
      rememberSeen: database.prepare('INSERT INTO seen (path, sha256) VALUES (?, ?) ON CONFLICT (path) DO NOTHING'),
      anyMove: database.prepare('SELECT 1 FROM moved LIMIT 1'),
    };
    return this;
  }

  /** The transaction was committed, and with it the tables. */
  kept(): void {
    this.#hasTables = true;
  }

  lastMove(channel: string): { readonly epoch: number; readonly number: number } | undefined {
    return this.#ready.lastMove.get(channel) as { readonly epoch: number; readonly number: number } | undefined;
  }

  rememberMove(channel: string, epoch: number, number: number): void {
    this.#ready.rememberMove.run(channel, epoch, number);
  }

  seenDigest(path: string): Sha256 | undefined {
    return (this.#ready.seenDigest.get(path) as { readonly sha256: Sha256 } | undefined)?.sha256;
  }

  rememberSeen(path: string, sha256: Sha256): void {
    this.#ready.rememberSeen.run(path, sha256);
  }

  isNew(): boolean {
    return this.#ready.anyMove.get() === undefined;
  }

  get #ready(): Statements {
    if (this.#statements === undefined) throw new Error('the origin is asked what it remembers outside its lock');
    return this.#statements;
  }
}
