import type { Entry, NewEvent, StreamName } from '../domain/journal/entry.ts';
import type { Instant } from '../kernel/instant.ts';
import type { JsonObject } from '../kernel/json.ts';

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
  /** Leases that must still be held under these epochs. */
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

  /** Names and last seqs of the streams that begin with `prefix`, sorted by name. */
  streams(prefix: string): Promise<readonly { readonly stream: StreamName; readonly seq: number }[]>;

  /** The position of the last entry, 0 for an empty journal. */
  head(): Promise<number>;

  /** Entries after `position` as they come, other processes' included, until `signal` aborts; each exactly once, in order. */
  follow(position: number, signal: AbortSignal): AsyncIterable<Entry>;

  /** Takes the lease if it is free, expired, or its holder's process is gone; undefined when another holds it. The epoch grows with every change of holder. */
  acquireLease(name: string, holder: LeaseHolder, ttlMs: number, now: Instant): Promise<Lease | undefined>;
  /** @throws {LeaseLostError} it is no longer held under that epoch. */
  renewLease(lease: Lease, ttlMs: number, now: Instant): Promise<Lease>;
  /** Gives the lease back; no error when it was lost already. */
  releaseLease(lease: Lease): Promise<void>;
  /** Who holds it now, if anybody does. */
  leaseHolder(name: string): Promise<Lease | undefined>;

  /** Wake-ups due at or before `now`, earliest first. */
  dueWakeUps(now: Instant): Promise<readonly { readonly key: string; readonly at: Instant }[]>;

  /** Outbox rows not yet delivered, oldest first. */
  pendingOutbox(limit: number): Promise<readonly (OutboxRow & { readonly id: number })[]>;
  markDelivered(id: number, at: Instant): Promise<void>;

  close(): Promise<void>;
}
