import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import Database from 'libsql';
import type { Sha256 } from '../../kernel/ids.ts';
import { OriginHeldError } from '../../ports/origin-error.ts';
import { hasCode, translateWriteError } from './origin-failure.ts';
import { ORIGIN_PATHS } from './origin-paths.ts';

const POLL_MS = 10;
const DEFAULT_WAIT_MS = 30_000;

const SCHEMA = `
CREATE TABLE IF NOT EXISTS moved (channel TEXT PRIMARY KEY, epoch INTEGER NOT NULL, number INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS seen (path TEXT PRIMARY KEY, sha256 TEXT NOT NULL) STRICT, WITHOUT ROWID;
`;

/** What the origin remembers of itself, readable and writable while its lock is held. */
export interface OriginMemory {
  /** The last epoch under which the channel's pointer moved, and the highest number it has shown. */
  lastMove(channel: string): { readonly epoch: number; readonly number: number } | undefined;
  rememberMove(channel: string, epoch: number, number: number): void;
  /** The digest under which users have seen a path below the origin; kept for ever, also when the file is gone. */
  seenDigest(path: string): Sha256 | undefined;
  rememberSeen(path: string, sha256: Sha256): void;
  /** Whether nothing has been remembered yet: a new origin, or one whose memory was lost. */
  isNew(): boolean;
}

/**
 * The origin's own lock: an exclusive transaction of a small SQLite file in the origin. The kernel frees it when its holder
 * dies, not while it is frozen; so whoever gets it knows that nobody else is between a look at the pointer and its move.
 * No transaction of the journal is open meanwhile.
 */
export class OriginLock {
  readonly #root: string;
  readonly #path: string;
  readonly #waitMs: number;

  constructor(root: string, waitMs = DEFAULT_WAIT_MS) {
    this.#root = root;
    this.#path = join(root, ORIGIN_PATHS.lock);
    this.#waitMs = waitMs;
  }

  /**
   * Runs `action` under the lock. What it remembered is kept if it resolves, and forgotten if it rejects.
   * @throws {OriginHeldError} another process does not let go.
   */
  async hold<Result>(action: (memory: OriginMemory) => Promise<Result>): Promise<Result> {
    const database = await this.#open();
    try {
      await this.#begin(database);
      database.exec(SCHEMA);
      const result = await action(new LockedMemory(database));
      database.exec('COMMIT');
      return result;
    } catch (error) {
      throw translateWriteError(error, this.#root);
    } finally {
      database.close(); // rolls back what was not committed
    }
  }

  async #open(): Promise<Database.Database> {
    try {
      await mkdir(dirname(this.#path), { recursive: true });
      return new Database(this.#path);
    } catch (error) {
      throw translateWriteError(error, this.#root);
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

class LockedMemory implements OriginMemory {
  readonly #database: Database.Database;
  readonly #seen: Database.Statement;
  readonly #remember: Database.Statement;

  constructor(database: Database.Database) {
    this.#database = database;
    this.#seen = database.prepare('SELECT sha256 FROM seen WHERE path = ?');
    this.#remember = database.prepare('INSERT INTO seen (path, sha256) VALUES (?, ?) ON CONFLICT (path) DO NOTHING');
  }

  lastMove(channel: string): { readonly epoch: number; readonly number: number } | undefined {
    const row = this.#database.prepare('SELECT epoch, number FROM moved WHERE channel = ?').get(channel);
    return row as { readonly epoch: number; readonly number: number } | undefined;
  }

  rememberMove(channel: string, epoch: number, number: number): void {
    this.#database
      .prepare('INSERT INTO moved VALUES (?, ?, ?) ON CONFLICT (channel) DO UPDATE SET epoch = ?2, number = ?3')
      .run(channel, epoch, number);
  }

  seenDigest(path: string): Sha256 | undefined {
    return (this.#seen.get(path) as { readonly sha256: Sha256 } | undefined)?.sha256;
  }

  rememberSeen(path: string, sha256: Sha256): void {
    this.#remember.run(path, sha256);
  }

  isNew(): boolean {
    return this.#database.prepare('SELECT 1 FROM moved LIMIT 1').get() === undefined;
  }
}
