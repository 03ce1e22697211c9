import type { Entry, NewEvent } from '../../src/domain/journal/entry.ts';
import { type Instant, toInstant } from '../../src/kernel/instant.ts';
import type { Append, Journal, LeaseHolder } from '../../src/ports/journal.ts';

/** One journal with as many connections as a test wants. */
export interface JournalUnderTest {
  /** Another connection to the same journal, as another process would have. */
  connect(): Promise<Journal>;
  /** Ends every connection and removes the journal. */
  remove(): Promise<void>;
}

export interface JournalWorld {
  /** A new, empty journal. `isGone` says which holders of leases have died. */
  create(isGone: (holder: LeaseHolder) => boolean): Promise<JournalUnderTest>;
}

export const at = (ms: number): Instant => toInstant(ms);
export const fact = (n: number): NewEvent => ({ type: 'test.noted', v: 1, data: { n } });
export const write = (stream: string, expectedSeq: number, ...numbers: number[]): Append => ({
  by: 'alice',
  at: at(1000),
  writes: [{ stream, expectedSeq, events: numbers.map(fact) }],
});
export const holder = (pid: number): LeaseHolder => ({ host: 'here', bootId: 'boot', pid, startTime: `${pid}00` });
export const numbersOf = (entries: readonly Entry[]): unknown[] => entries.map(({ data }) => data['n']);

/** Collects what `follow` yields until `count` entries have come. */
export async function followed(journal: Journal, after: number, count: number): Promise<Entry[]> {
  const enough = new AbortController();
  const entries: Entry[] = [];
  for await (const entry of journal.follow(after, enough.signal)) {
    entries.push(entry);
    if (entries.length >= count) enough.abort();
  }
  return entries;
}

/** The body of a test: gets a new journal, the world to connect to it again, and the pids that count as dead. */
export const withJournal =
  ({ create }: JournalWorld) =>
  (body: (journal: Journal, world: JournalUnderTest, dead: Set<number>) => Promise<void>) =>
  async (): Promise<void> => {
    const dead = new Set<number>();
    const world = await create(({ pid }) => dead.has(pid));
    try {
      await body(await world.connect(), world, dead);
    } finally {
      await world.remove();
    }
  };
