import type { Append, Journal } from '../../ports/journal.ts';

/** Not an error: a rehearsal has come to the first thing that would be recorded. Everything before it went well. */
export class RehearsalOver extends Error {
  /** What would have been recorded first. */
  readonly append: Append;

  constructor(append: Append) {
    super(`a rehearsal records nothing, not even ${append.writes.map(({ stream }) => stream).join(', ')}`);
    this.append = append;
  }
}

/**
 * The journal for a dry run: reads are real, leases are pretended, and the first append ends the rehearsal. Since every act
 * is recorded before it is done (decide, record, act), a verb that runs on it refuses what it would refuse, and does nothing.
 */
export function rehearsalJournal(journal: Journal): Journal {
  return {
    id: journal.id,
    append: (append) => Promise.reject(new RehearsalOver(append)),
    read: (stream, afterSeq) => journal.read(stream, afterSeq),
    readFrom: (position, limit) => journal.readFrom(position, limit),
    follow: (position, signal) => journal.follow(position, signal),
    streams: (prefix) => journal.streams(prefix),
    head: () => journal.head(),
    acquireLease: async (name, holder, ttlMs, now) => {
      const held = await journal.leaseHolder(name);
      if (held !== undefined && held.expiresAt > now) return undefined;
      return { name, holder, epoch: (held?.epoch ?? 0) + 1, expiresAt: (now + ttlMs) as typeof now };
    },
    renewLease: (lease) => Promise.resolve(lease),
    releaseLease: () => Promise.resolve(),
    leaseHolder: (name) => journal.leaseHolder(name),
    dueWakeUps: (now) => journal.dueWakeUps(now),
    pendingOutbox: (limit) => journal.pendingOutbox(limit),
    markDelivered: () => Promise.resolve(),
    close: () => journal.close(),
  };
}

/** @returns what `work` gave, or the end of the rehearsal when it was about to change something. */
export async function rehearse<Result>(work: () => Promise<Result>): Promise<Result | RehearsalOver> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof RehearsalOver) return cause;
    throw cause;
  }
}
