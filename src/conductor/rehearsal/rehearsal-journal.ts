import type { Journal } from '../../ports/journal.ts';
import { RehearsalOver } from './rehearse.ts';

/**
 * The journal for a dry run: reads are real, leases are pretended, and the first append ends the rehearsal. Nearly every
 * act is recorded before it is done, so a verb that runs on it refuses what it would refuse. What was recorded before, and not
 * done, ends at the origin or the agent instead.
 */
export function rehearsalJournal(journal: Journal): Journal {
  return {
    id: journal.id,
    append: ({ writes }) =>
      Promise.reject(new RehearsalOver(`${writes.map(({ stream }) => stream).join(', ')} would be written to`)),
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
