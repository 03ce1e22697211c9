import type { Instant } from '../../kernel/instant.ts';
import { type Lease, type LeaseHolder, LeaseLostError } from '../../ports/journal.ts';
import type { ProcessTable } from '../../ports/process-table.ts';
import { integerColumn, textColumn, toInteger, toJson, toText } from './sql-value.ts';
import type { SqliteConnection } from './sqlite-connection.ts';

interface LeaseRow {
  readonly epoch: number;
  readonly expiresAt: Instant;
  readonly holder: LeaseHolder | undefined;
}

const READ = `SELECT ${integerColumn('epoch')}, ${integerColumn('expires_at')}, ${textColumn('holder')} FROM lease WHERE name = ?`;
const TAKE =
  'INSERT INTO lease (name, epoch, expires_at, holder) VALUES (?, ?, ?, ?) ' +
  'ON CONFLICT (name) DO UPDATE SET epoch = excluded.epoch, expires_at = excluded.expires_at, holder = excluded.holder';
const RENEW = 'UPDATE lease SET expires_at = ? WHERE name = ?';
// The row stays for its epoch, which must grow for ever.
const RELEASE = 'UPDATE lease SET holder = NULL WHERE name = ? AND epoch = ?';

/** The leases of a journal in SQLite. */
export class SqliteLeases {
  readonly #connection: SqliteConnection;
  readonly #processes: Pick<ProcessTable, 'isGone'>;

  constructor(connection: SqliteConnection, processes: Pick<ProcessTable, 'isGone'>) {
    this.#connection = connection;
    this.#processes = processes;
  }

  /** Inside a transaction of the caller. @throws {LeaseLostError} */
  assertHeld(name: string, epoch: number): LeaseHolder {
    const row = this.#row(name);
    if (row?.holder === undefined || row.epoch !== epoch)
      throw new LeaseLostError(name, epoch, { epoch: row?.epoch ?? 0, holder: row?.holder });
    return row.holder;
  }

  async acquire(name: string, holder: LeaseHolder, ttlMs: number, now: Instant): Promise<Lease | undefined> {
    // A look without the write lock first: who waits for a lease asks often.
    if (this.#isTaken(await this.#connection.reading(() => this.#row(name)), now)) return undefined;
    return this.#connection.writing(() => {
      const row = this.#row(name);
      if (this.#isTaken(row, now)) return undefined;
      const lease: Lease = { name, holder, epoch: (row?.epoch ?? 0) + 1, expiresAt: (now + ttlMs) as Instant };
      this.#connection.run(TAKE, name, lease.epoch, lease.expiresAt, JSON.stringify(holder));
      return lease;
    });
  }

  #isTaken(row: LeaseRow | undefined, now: Instant): boolean {
    return row?.holder !== undefined && row.expiresAt > now && !this.#processes.isGone(row.holder);
  }

  renew({ name, epoch }: Lease, ttlMs: number, now: Instant): Promise<Lease> {
    return this.#connection.writing(() => {
      const holder = this.assertHeld(name, epoch);
      const expiresAt = (now + ttlMs) as Instant;
      this.#connection.run(RENEW, expiresAt, name);
      return { name, holder, epoch, expiresAt };
    });
  }

  async release({ name, epoch }: Lease): Promise<void> {
    await this.#connection.writing(() => this.#connection.run(RELEASE, name, epoch));
  }

  async holderOf(name: string): Promise<Lease | undefined> {
    const row = await this.#connection.reading(() => this.#row(name));
    if (row?.holder === undefined || this.#processes.isGone(row.holder)) return undefined;
    return { name, holder: row.holder, epoch: row.epoch, expiresAt: row.expiresAt };
  }

  #row(name: string): LeaseRow | undefined {
    const row = this.#connection.get(READ, name);
    if (row === undefined) return undefined;
    const [epoch, expiresAt, holder] = row;
    return {
      epoch: toInteger(epoch),
      expiresAt: toInteger(expiresAt) as Instant,
      holder: holder === null ? undefined : toJson<LeaseHolder>(toText(holder)),
    };
  }
}
