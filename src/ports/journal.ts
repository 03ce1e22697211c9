import type { StreamHead } from '../domain/journal/chain.ts';
import type { Entry, NewEvent, StreamName } from '../domain/journal/entry.ts';
import { EXIT } from '../kernel/exit-code.ts';
import type { Instant } from '../kernel/instant.ts';
import type { JsonObject } from '../kernel/json.ts';
import { SlipwayError } from '../kernel/slipway-error.ts';

export interface StreamWrite {
  readonly stream: StreamName;
  /** The seq of the last entry the writer has seen; 0 for a stream that must not exist yet. */
  readonly expectedSeq: number;
  readonly events: readonly NewEvent[];
}

/** Something to be told. Delivered at least once, in order per (receiver, key). */
export interface OutboxRow {
  readonly receiver: string;
  readonly key: string;
  readonly payload: JsonObject;
}

export interface Append {
  readonly by: string;
  readonly at: Instant;
  readonly writes: readonly StreamWrite[];
  /** Streams that were read for this decision and must not have moved. */
  readonly unchanged?: readonly { readonly stream: StreamName; readonly seq: number }[];
  /**
   * Leases that must still be held under these epochs. Only the epoch counts, not the time: a lease that lapsed while its
   * holder slept and that nobody took since is still the holder's.
   */
  readonly leases?: readonly { readonly name: string; readonly epoch: number }[];
  readonly outbox?: readonly OutboxRow[];
  /** Wake the conductor of `key` at `at`; replaces the key's earlier wake-up; null removes it. */
  readonly wakeAt?: readonly { readonly key: string; readonly at: Instant | null }[];
}

/** Which process holds a lease. A holder on this host and boot whose process is gone is taken over at once. */
export interface LeaseHolder {
  readonly host: string;
  readonly bootId: string;
  readonly pid: number;
  /** The process's start time as the kernel tells it (`/proc/PID/stat` field 22), so a reused pid is not mistaken. */
  readonly startTime: string;
}

export interface Lease {
  readonly name: string;
  readonly holder: LeaseHolder;
  readonly epoch: number;
  readonly expiresAt: Instant;
}

/**
 * Somebody added a fact to a stream between reading it and appending to it. Nothing was written. Slipway reads again and
 * decides again by itself; you see this only when two commands kept changing the same thing. Run the command again.
 */
export class JournalConflictError extends SlipwayError {
  readonly code = 'SLIP_JOURNAL_CONFLICT';
  override readonly exitCode = EXIT.refused;
  readonly stream: StreamName;
  readonly expectedSeq: number;
  readonly actualSeq: number;

  constructor(stream: StreamName, expectedSeq: number, actualSeq: number) {
    super(
      `Journal stream "${stream}" is at entry ${actualSeq}, not at ${expectedSeq} as it was when this was decided.`,
      'Another command recorded something at the same time. Look at "slipway status", then run this command again.',
    );
    this.stream = stream;
    this.expectedSeq = expectedSeq;
    this.actualSeq = actualSeq;
  }
}

/**
 * Another process has taken over what this one was conducting, because this one stood still or was cut off for too long.
 * This process stops: it writes nothing more and takes nothing back. The other process goes on; look at `slipway status`.
 */
export class LeaseLostError extends SlipwayError {
  readonly code = 'SLIP_LEASE_LOST';
  override readonly exitCode = EXIT.refused;
  readonly lease: string;

  constructor(name: string, epoch: number, now: { readonly epoch: number; readonly holder: LeaseHolder | undefined }) {
    const by =
      now.holder === undefined ? 'it was given back' : `process ${now.holder.pid} on ${now.holder.host} has it`;
    super(
      `The lease "${name}" is no longer held under epoch ${epoch}: ${by} (epoch ${now.epoch}).`,
      'Leave it to the process that has it now, and look at "slipway status".',
    );
    this.lease = name;
  }
}

/**
 * The append-only journal: state is a fold over its entries and nothing else is remembered.
 * One contract suite (`test/contracts/journal.ts`) holds every adapter to this page.
 */
export interface Journal {
  /** The journal's own id, made once with it. */
  readonly id: string;

  /**
   * Records all writes in one transaction, or none.
   * @returns the recorded entries, in order.
   * @throws {JournalConflictError} a stream is not at `expectedSeq` or `seq`: somebody added a fact; reload, decide again.
   * @throws {LeaseLostError} a lease is not held under that epoch: write nothing, undo nothing, rethrow.
   */
  append(append: Append): Promise<readonly Entry[]>;

  /** A stream's entries after `afterSeq` (default 0: all), in order; empty when it does not exist. */
  read(stream: StreamName, afterSeq?: number): Promise<readonly Entry[]>;

  /** Entries of the whole journal after `position`, in order, at most `limit`. */
  readFrom(position: number, limit: number): Promise<readonly Entry[]>;

  /** The streams whose names begin with `prefix`, sorted by name (code units): how long each is, and its last entry's digest. */
  streams(prefix: string): Promise<readonly StreamHead[]>;

  /** The position of the last entry, 0 for an empty journal. */
  head(): Promise<number>;

  /** Entries after `position` as they come, other processes' included, until `signal` aborts; each exactly once, in order. */
  follow(position: number, signal: AbortSignal): AsyncIterable<Entry>;

  /**
   * Takes the lease if it is free, expired, or its holder's process is gone; undefined when somebody holds it. The epoch
   * grows whenever it is taken. Two parts of one process exclude each other too: who holds it already gets undefined.
   */
  acquireLease(name: string, holder: LeaseHolder, ttlMs: number, now: Instant): Promise<Lease | undefined>;
  /** @throws {LeaseLostError} it is no longer held under that epoch. */
  renewLease(lease: Lease, ttlMs: number, now: Instant): Promise<Lease>;
  /** Gives the lease back; no error when it was lost already. */
  releaseLease(lease: Lease): Promise<void>;
  /** Who holds it: undefined when it is free or its holder's process is gone. It may have lapsed: see `expiresAt`. */
  leaseHolder(name: string): Promise<Lease | undefined>;

  /** Wake-ups due at or before `now`, earliest first. */
  dueWakeUps(now: Instant): Promise<readonly { readonly key: string; readonly at: Instant }[]>;

  /** Outbox rows not yet delivered, oldest first. */
  pendingOutbox(limit: number): Promise<readonly (OutboxRow & { readonly id: number })[]>;
  /** Takes the row out of the pending ones; a second time is the same as once. */
  markDelivered(id: number, at: Instant): Promise<void>;

  /** Ends every `follow` and lets go of the store. */
  close(): Promise<void>;
}
