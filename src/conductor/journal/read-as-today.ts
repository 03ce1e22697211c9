import { JournalAppendError } from '../../domain/journal/check-append.ts';
import type { Entry } from '../../domain/journal/entry.ts';
import { EVENT_VERSIONS } from '../../domain/journal/event-versions.ts';
import { ageOfEvent, upcastEntry } from '../../domain/journal/upcast-entry.ts';
import type { Append, Journal } from '../../ports/journal.ts';

/**
 * The journal as today's rules read it: entries of older versions are brought up to date, those of a newer Slipway are
 * refused (JournalEventNewerError), and only events of the catalogue are written. For `show`, `export` and `verify` the
 * journal itself is the right one: they want what was recorded.
 */
export function readAsToday(journal: Journal): Journal {
  return {
    id: journal.id,
    append: async (append) => {
      assertKnownEvents(append);
      return await journal.append(append);
    },
    read: async (stream, afterSeq) => await broughtUpToDate(await journal.read(stream, afterSeq)),
    readFrom: async (position, limit) => await broughtUpToDate(await journal.readFrom(position, limit)),
    follow: async function* (position, signal) {
      for await (const entry of journal.follow(position, signal)) yield* await broughtUpToDate([entry]);
    },
    streams: (prefix) => journal.streams(prefix),
    head: () => journal.head(),
    acquireLease: (name, holder, ttlMs, now) => journal.acquireLease(name, holder, ttlMs, now),
    renewLease: (lease, ttlMs, now) => journal.renewLease(lease, ttlMs, now),
    releaseLease: (lease) => journal.releaseLease(lease),
    leaseHolder: (name) => journal.leaseHolder(name),
    dueWakeUps: (now) => journal.dueWakeUps(now),
    pendingOutbox: (limit) => journal.pendingOutbox(limit),
    markDelivered: (id, at) => journal.markDelivered(id, at),
    close: () => journal.close(),
  };
}

function assertKnownEvents({ writes }: Append): void {
  for (const { stream, events } of writes) {
    const unknown = events.find(({ type, v }) => EVENT_VERSIONS[type] !== v);
    if (unknown !== undefined)
      throw new JournalAppendError(`"${unknown.type}" version ${unknown.v} for "${stream}" is not in the catalogue`);
  }
}

/** Entries of today pass as they are; the tables are loaded only for the first older one. */
async function broughtUpToDate(entries: readonly Entry[]): Promise<readonly Entry[]> {
  if (entries.every((entry) => ageOfEvent(entry, EVENT_VERSIONS) === 'current')) return entries;
  const { EVENT_CATALOGUE } = await import('../../domain/journal/event-catalog.ts');
  return entries.map((entry) => upcastEntry(entry, EVENT_CATALOGUE));
}
