import { chainEntries, emptyHead, type StreamHead } from '../../domain/journal/chain.ts';
import { checkAppend } from '../../domain/journal/check-append.ts';
import type { Entry, StreamName } from '../../domain/journal/entry.ts';
import type { Instant } from '../../kernel/instant.ts';
import {
  type Append,
  type Journal,
  JournalConflictError,
  type Lease,
  type LeaseHolder,
  LeaseLostError,
  type OutboxRow,
} from '../../ports/journal.ts';
import type { ProcessTable } from '../../ports/process-table.ts';
import { ChangeBell } from './change-bell.ts';

const FOLLOW_BATCH = 500;

interface LeaseRow {
  readonly epoch: number;
  readonly holder: LeaseHolder | undefined;
  readonly expiresAt: Instant;
}

/** What every connection to one journal in memory shares. */
interface Facts {
  readonly id: string;
  readonly entries: Entry[];
  readonly byStream: Map<StreamName, Entry[]>;
  readonly heads: Map<StreamName, StreamHead>;
  readonly leases: Map<string, LeaseRow>;
  readonly wakeUps: Map<string, Instant>;
  readonly outbox: Map<number, OutboxRow>;
  outboxRows: number;
  readonly bell: ChangeBell;
}

export interface MemoryJournalOptions {
  readonly id: string;
  readonly processes: Pick<ProcessTable, 'isGone'>;
}

/** A journal that lives as long as this process: for the simulator, whose conductors die and come back around it. */
export class MemoryJournal implements Journal {
  readonly id: string;
  readonly #processes: Pick<ProcessTable, 'isGone'>;
  readonly #facts: Facts;
  readonly #closed = new AbortController();

  constructor(options: MemoryJournalOptions, facts?: Facts) {
    this.id = options.id;
    this.#processes = options.processes;
    this.#facts = facts ?? {
      id: options.id,
      entries: [],
      byStream: new Map(),
      heads: new Map(),
      leases: new Map(),
      wakeUps: new Map(),
      outbox: new Map(),
      outboxRows: 0,
      bell: new ChangeBell(),
    };
  }

  /** Another connection to the same facts, as a second process has one. */
  connect(): MemoryJournal {
    return new MemoryJournal({ id: this.id, processes: this.#processes }, this.#facts);
  }

  async append(append: Append): Promise<readonly Entry[]> {
    checkAppend(append);
    const { entries, heads, bell } = this.#facts;
    this.#checkGuards(append);
    const chained = chainEntries(append, heads, entries.length);
    for (const { entry } of chained) {
      entries.push(entry);
      const stream = this.#facts.byStream.get(entry.stream);
      if (stream === undefined) this.#facts.byStream.set(entry.stream, [entry]);
      else stream.push(entry);
    }
    for (const row of append.outbox ?? []) this.#facts.outbox.set(++this.#facts.outboxRows, row);
    for (const { key, at } of append.wakeAt ?? []) {
      if (at === null) this.#facts.wakeUps.delete(key);
      else this.#facts.wakeUps.set(key, at);
    }
    bell.ring();
    return chained.map(({ entry }) => entry);
  }

  #checkGuards({ writes, unchanged = [], leases = [] }: Append): void {
    for (const { name, epoch } of leases) this.#checkLease(name, epoch);
    for (const { stream, seq } of unchanged) this.#checkSeq(stream, seq, this.#head(stream).seq);
    const seqs = new Map<StreamName, number>();
    for (const { stream, expectedSeq, events } of writes) {
      const seq = seqs.get(stream) ?? this.#head(stream).seq;
      this.#checkSeq(stream, expectedSeq, seq);
      seqs.set(stream, seq + events.length);
    }
  }

  #head(stream: StreamName): StreamHead {
    return this.#facts.heads.get(stream) ?? emptyHead(stream);
  }

  #checkSeq(stream: StreamName, expectedSeq: number, actualSeq: number): void {
    if (expectedSeq !== actualSeq) throw new JournalConflictError(stream, expectedSeq, actualSeq);
  }

  #checkLease(name: string, epoch: number): LeaseRow & { readonly holder: LeaseHolder } {
    const row = this.#facts.leases.get(name);
    if (row?.holder === undefined || row.epoch !== epoch)
      throw new LeaseLostError(name, epoch, { epoch: row?.epoch ?? 0, holder: row?.holder });
    return { ...row, holder: row.holder };
  }

  async read(stream: StreamName, afterSeq = 0): Promise<readonly Entry[]> {
    return (this.#facts.byStream.get(stream) ?? []).slice(afterSeq);
  }

  async readFrom(position: number, limit: number): Promise<readonly Entry[]> {
    return this.#facts.entries.slice(position, position + limit);
  }

  async streams(prefix: string): Promise<readonly StreamHead[]> {
    const heads = [...this.#facts.heads.values()].filter(({ stream }) => stream.startsWith(prefix));
    return heads.sort((a, b) => (a.stream < b.stream ? -1 : 1));
  }

  async head(): Promise<number> {
    return this.#facts.entries.length;
  }

  async *follow(position: number, signal: AbortSignal): AsyncIterable<Entry> {
    const over = AbortSignal.any([signal, this.#closed.signal]);
    let after = position;
    while (!over.aborted) {
      const mark = this.#facts.bell.mark();
      const batch = await this.readFrom(after, FOLLOW_BATCH);
      for (const entry of batch) {
        if (over.aborted) return;
        after = entry.position;
        yield entry;
      }
      if (batch.length === 0) await this.#facts.bell.rungSince(mark, over);
    }
  }

  async acquireLease(name: string, holder: LeaseHolder, ttlMs: number, now: Instant): Promise<Lease | undefined> {
    const row = this.#facts.leases.get(name);
    const expiresAt = (now + ttlMs) as Instant;
    if (row?.holder !== undefined && row.expiresAt > now && !this.#processes.isGone(row.holder)) return undefined;
    return this.#keepLease(name, { holder, epoch: (row?.epoch ?? 0) + 1, expiresAt });
  }

  #keepLease(name: string, row: Omit<Lease, 'name'>): Lease {
    this.#facts.leases.set(name, row);
    return { name, ...row };
  }

  async renewLease(lease: Lease, ttlMs: number, now: Instant): Promise<Lease> {
    const { holder, epoch } = this.#checkLease(lease.name, lease.epoch);
    return this.#keepLease(lease.name, { holder, epoch, expiresAt: (now + ttlMs) as Instant });
  }

  async releaseLease({ name, epoch }: Lease): Promise<void> {
    const row = this.#facts.leases.get(name);
    if (row?.epoch === epoch) this.#facts.leases.set(name, { ...row, holder: undefined });
  }

  async leaseHolder(name: string): Promise<Lease | undefined> {
    const row = this.#facts.leases.get(name);
    if (row?.holder === undefined || this.#processes.isGone(row.holder)) return undefined;
    return { name, holder: row.holder, epoch: row.epoch, expiresAt: row.expiresAt };
  }

  async dueWakeUps(now: Instant): Promise<readonly { readonly key: string; readonly at: Instant }[]> {
    const due = [...this.#facts.wakeUps].filter(([, at]) => at <= now).map(([key, at]) => ({ key, at }));
    return due.sort((a, b) => a.at - b.at || (a.key < b.key ? -1 : 1));
  }

  async pendingOutbox(limit: number): Promise<readonly (OutboxRow & { readonly id: number })[]> {
    return [...this.#facts.outbox].slice(0, limit).map(([id, row]) => ({ id, ...row }));
  }

  async markDelivered(id: number): Promise<void> {
    this.#facts.outbox.delete(id);
  }

  async close(): Promise<void> {
    this.#closed.abort();
  }
}
