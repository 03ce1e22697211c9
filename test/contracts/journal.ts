import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Entry, NewEvent } from '../../src/domain/journal/entry.ts';
import { type Instant, toInstant } from '../../src/kernel/instant.ts';
import {
  type Append,
  type Journal,
  JournalConflictError,
  type LeaseHolder,
  LeaseLostError,
} from '../../src/ports/journal.ts';
import { expectToAgreeWithModel, journalSteps } from './journal-model.ts';

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

const at = (ms: number): Instant => toInstant(ms);
const fact = (n: number): NewEvent => ({ type: 'test.noted', v: 1, data: { n } });
const write = (stream: string, expectedSeq: number, ...numbers: number[]): Append => ({
  by: 'alice',
  at: at(1000),
  writes: [{ stream, expectedSeq, events: numbers.map(fact) }],
});
const holder = (pid: number): LeaseHolder => ({ host: 'here', bootId: 'boot', pid, startTime: `${pid}00` });
const numbersOf = (entries: readonly Entry[]): unknown[] => entries.map(({ data }) => data['n']);

/** Collects what `follow` yields until `count` entries have come. */
async function followed(journal: Journal, after: number, count: number): Promise<Entry[]> {
  const enough = new AbortController();
  const entries: Entry[] = [];
  for await (const entry of journal.follow(after, enough.signal)) {
    entries.push(entry);
    if (entries.length >= count) enough.abort();
  }
  return entries;
}

/** Holds an adapter to the page that is `src/ports/journal.ts`. */
export function describeJournalContract({ create }: JournalWorld): void {
  const withJournal =
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

  test(
    'what is recorded is returned, and reads back the same',
    withJournal(async (journal) => {
      const data = {
        text: 'a "b"\n\0 é 🚢 \ud800',
        list: [1, null, { deep: true }],
        gone: undefined,
        n: -1.5e300,
        z: 0,
      };
      const recorded = await journal.append({
        by: 'alice',
        at: at(1_763_850_597_000),
        writes: [{ stream: 'run/weekly-2.294', expectedSeq: 0, events: [{ type: 'test.noted', v: 3, data }] }],
      });
      const { gone: _, ...kept } = data;
      expect(recorded).toEqual([
        {
          stream: 'run/weekly-2.294',
          seq: 1,
          position: 1,
          at: 1_763_850_597_000,
          type: 'test.noted',
          v: 3,
          data: kept,
          by: 'alice',
          prev: null,
        },
      ]);
      expect(Object.keys(recorded[0]?.data ?? {})).not.toContain('gone');
      expect(await journal.read('run/weekly-2.294')).toEqual(recorded);
      expect(await journal.readFrom(0, 10)).toEqual(recorded);
      expect(await journal.head()).toBe(1);
    }),
  );

  test(
    'a new journal is empty, and a stream that nobody wrote to is empty',
    withJournal(async (journal) => {
      expect(await journal.head()).toBe(0);
      expect(await journal.read('run/none')).toEqual([]);
      expect(await journal.readFrom(0, 10)).toEqual([]);
      expect(await journal.streams('')).toEqual([]);
      expect(await journal.dueWakeUps(at(9e15))).toEqual([]);
      expect(await journal.pendingOutbox(10)).toEqual([]);
      expect(await journal.leaseHolder('server')).toBeUndefined();
    }),
  );

  test(
    'each connection knows the journal by the same id',
    withJournal(async (journal, world) => {
      expect(journal.id).toMatch(/^[0-9a-f]{32}$/);
      expect((await world.connect()).id).toBe(journal.id);
    }),
  );

  test(
    'entries of a stream count 1, 2, 3 and positions grow over all streams',
    withJournal(async (journal) => {
      await journal.append(write('run/a', 0, 1, 2));
      await journal.append(write('run/b', 0, 3));
      await journal.append(write('run/a', 2, 4));
      const entries = await journal.readFrom(0, 10);
      expect(numbersOf(entries)).toEqual([1, 2, 3, 4]);
      expect(entries.map(({ stream, seq }) => `${stream}#${seq}`)).toEqual([
        'run/a#1',
        'run/a#2',
        'run/b#1',
        'run/a#3',
      ]);
      const positions = entries.map(({ position }) => position);
      expect(positions).toEqual([...new Set(positions)].sort((a, b) => a - b));
      expect(numbersOf(await journal.read('run/a', 1))).toEqual([2, 4]);
      expect(numbersOf(await journal.readFrom(positions[1] ?? 0, 1))).toEqual([3]);
      expect(await journal.head()).toBe(positions.at(-1));
    }),
  );

  test(
    'each entry names the digest of the one before it in its stream',
    withJournal(async (journal) => {
      await journal.append(write('run/a', 0, 1));
      await journal.append({
        ...write('run/b', 0, 2),
        writes: [...write('run/b', 0, 2).writes, ...write('run/a', 1, 3).writes],
      });
      const [first, second] = await journal.read('run/a');
      expect(first?.prev).toBeNull();
      expect(second?.prev).toMatch(/^[0-9a-f]{64}$/);
      const heads = await journal.streams('run/');
      expect(heads.map(({ stream, seq }) => [stream, seq])).toEqual([
        ['run/a', 2],
        ['run/b', 1],
      ]);
      const [third] = await journal.append(write('run/a', 2, 4));
      expect(third?.prev).toBe(heads[0]?.digest);
    }),
  );

  test(
    'streams are found by the beginning of their name, and by nothing else',
    withJournal(async (journal) => {
      for (const stream of ['run/a', 'run/a-2', 'run/b', 'release/a', 'calendar', 'run/ä%_'])
        await journal.append(write(stream, 0, 1));
      const names = async (prefix: string): Promise<string[]> =>
        (await journal.streams(prefix)).map(({ stream }) => stream);
      expect(await names('run/')).toEqual(['run/a', 'run/a-2', 'run/b', 'run/ä%_']);
      expect(await names('run/a')).toEqual(['run/a', 'run/a-2']);
      expect(await names('run/%')).toEqual([]);
      expect(await names('')).toHaveLength(6);
    }),
  );

  test(
    'of two who append to the same state of a stream, one is told that somebody added a fact',
    withJournal(async (journal, world) => {
      const other = await world.connect();
      await journal.append(write('line/weekly', 0, 1));
      const outcomes = await Promise.allSettled([
        journal.append(write('line/weekly', 1, 2)),
        other.append(write('line/weekly', 1, 3)),
      ]);
      expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
      const lost = outcomes.find((outcome) => outcome.status === 'rejected');
      expect(lost?.reason).toBeInstanceOf(JournalConflictError);
      expect(lost?.reason).toMatchObject({ stream: 'line/weekly', expectedSeq: 1, actualSeq: 2, exitCode: 6 });
      expect(await journal.read('line/weekly')).toHaveLength(2);
    }),
  );

  test(
    'an append is refused when a stream is shorter than expected, too',
    withJournal(async (journal) => {
      await expect(journal.append(write('line/weekly', 3, 1))).rejects.toBeInstanceOf(JournalConflictError);
      expect(await journal.head()).toBe(0);
    }),
  );

  test(
    'writes to several streams are recorded together or not at all',
    withJournal(async (journal) => {
      await journal.append(write('line/weekly', 0, 1));
      const both: Append = {
        ...write('release/weekly-1', 0, 2),
        writes: [...write('release/weekly-1', 0, 2).writes, ...write('line/weekly', 0, 3).writes],
        outbox: [{ receiver: 'irc', key: 'weekly-1', payload: {} }],
        wakeAt: [{ key: 'weekly-1', at: at(5) }],
      };
      await expect(journal.append(both)).rejects.toBeInstanceOf(JournalConflictError);
      expect(await journal.head()).toBe(1);
      expect(await journal.read('release/weekly-1')).toEqual([]);
      expect(await journal.pendingOutbox(10)).toEqual([]);
      expect(await journal.dueWakeUps(at(10))).toEqual([]);
      expect((await journal.streams('')).map(({ stream }) => stream)).toEqual(['line/weekly']);
    }),
  );

  test(
    'one append may write to a stream twice, each time after what it wrote before',
    withJournal(async (journal) => {
      const twice = {
        ...write('run/a', 0),
        writes: [...write('run/a', 0, 1, 2).writes, ...write('run/a', 2, 3).writes],
      };
      expect(numbersOf(await journal.append(twice))).toEqual([1, 2, 3]);
      const wrong = { ...write('run/a', 3), writes: [...write('run/a', 3, 4).writes, ...write('run/a', 3, 5).writes] };
      await expect(journal.append(wrong)).rejects.toBeInstanceOf(JournalConflictError);
      expect(await journal.read('run/a')).toHaveLength(3);
    }),
  );

  test(
    'a decision is refused when a stream that it was read from has moved',
    withJournal(async (journal) => {
      await journal.append(write('calendar', 0, 1));
      await journal.append({ ...write('target/apt', 0, 2), unchanged: [{ stream: 'calendar', seq: 1 }] });
      await journal.append(write('calendar', 1, 3));
      const late = { ...write('target/apt', 1, 4), unchanged: [{ stream: 'calendar', seq: 1 }] };
      await expect(journal.append(late)).rejects.toMatchObject({ stream: 'calendar', expectedSeq: 1, actualSeq: 2 });
      const absent = { ...write('target/apt', 1, 4), unchanged: [{ stream: 'breaker/pool', seq: 0 }] };
      expect(await journal.append(absent)).toHaveLength(1);
    }),
  );

  test(
    'an append without events still checks, sends and wakes',
    withJournal(async (journal) => {
      const bare: Append = { by: 'alice', at: at(1), writes: [], wakeAt: [{ key: 'k', at: at(2) }] };
      expect(await journal.append(bare)).toEqual([]);
      expect(await journal.dueWakeUps(at(2))).toEqual([{ key: 'k', at: 2 }]);
      const stale = { ...bare, unchanged: [{ stream: 'calendar', seq: 1 }] };
      await expect(journal.append(stale)).rejects.toBeInstanceOf(JournalConflictError);
      expect(await journal.head()).toBe(0);
    }),
  );

  test(
    'names that could not be read back are refused before anything is written',
    withJournal(async (journal) => {
      const bad: Append[] = [
        write('', 0, 1),
        write('Run/a', 0, 1),
        write('run/a\nb', 0, 1),
        write('run/\ud800', 0, 1),
        { ...write('run/a', 0, 1), by: '' },
        { ...write('run/a', 0, 1), by: 'a\0b' },
        { ...write('run/a', 0, 1), at: 1.5 as Instant },
        { ...write('run/a', -1, 1) },
        { ...write('run/a', 0), writes: [{ stream: 'run/a', expectedSeq: 0, events: [{ type: '', v: 1, data: {} }] }] },
        {
          ...write('run/a', 0),
          writes: [{ stream: 'run/a', expectedSeq: 0, events: [{ type: 'x', v: 0, data: {} }] }],
        },
      ];
      for (const append of bad)
        await expect(journal.append(append)).rejects.toMatchObject({ code: 'SLIP_JOURNAL_APPEND' });
      expect(await journal.head()).toBe(0);
    }),
  );

  test(
    'many appenders on several connections leave no gap and lose nothing',
    withJournal(async (journal, world) => {
      const connections = [journal, await world.connect(), await world.connect(), await world.connect()];
      const appendTen = async (connection: Journal, writer: number): Promise<void> => {
        for (let done = 0; done < 10; ) {
          const seq = (await connection.read('run/shared')).length;
          try {
            await connection.append(write('run/shared', seq, writer * 100 + done));
            done++;
          } catch (cause) {
            if (!(cause instanceof JournalConflictError)) throw cause;
          }
        }
      };
      await Promise.all([...connections, ...connections].map(appendTen));
      const entries = await journal.read('run/shared');
      expect(entries.map(({ seq }) => seq)).toEqual(Array.from({ length: 80 }, (_, i) => i + 1));
      for (let writer = 0; writer < 8; writer++)
        expect(numbersOf(entries).filter((n) => Math.floor(Number(n) / 100) === writer)).toEqual(
          Array.from({ length: 10 }, (_, i) => writer * 100 + i),
        );
    }),
  );

  test(
    'a follower sees what was there and what comes, each once and in order, from its own and other connections',
    withJournal(async (journal, world) => {
      const other = await world.connect();
      await journal.append(write('run/a', 0, 1, 2, 3));
      const seen = followed(journal, 1, 1202);
      const twenty = Array.from({ length: 20 }, (_, i) => i);
      for (let n = 0; n < 600; n += 20) {
        await other.append(write('run/b', n, ...twenty));
        await journal.append(write('run/c', n, ...twenty));
      }
      const positions = (await seen).map(({ position }) => position);
      const all = await journal.readFrom(1, 10_000);
      expect(positions).toEqual(all.map(({ position }) => position));
    }),
  );

  test(
    'a follower waits for another connection, and stops when it is told to or when its connection closes',
    withJournal(async (journal, world) => {
      const other = await world.connect();
      const seen = followed(other, 0, 1);
      const stop = new AbortController();
      const stopped = (async () => {
        for await (const _ of other.follow(100, stop.signal)) throw new Error('there is nothing after 100');
      })();
      const closed = (async () => {
        for await (const _ of other.follow(100, new AbortController().signal)) throw new Error('there is nothing');
      })();
      await journal.append(write('run/a', 0, 7));
      expect(numbersOf(await seen)).toEqual([7]);
      stop.abort();
      await stopped;
      await other.close();
      await closed;
    }),
  );

  test(
    'a lease is held by one, and its epoch grows with each who takes it',
    withJournal(async (journal, world) => {
      const other = await world.connect();
      const lease = await journal.acquireLease('run/a', holder(1), 4000, at(1000));
      expect(lease).toEqual({ name: 'run/a', holder: holder(1), epoch: 1, expiresAt: 5000 });
      expect(await other.acquireLease('run/a', holder(2), 4000, at(4999))).toBeUndefined();
      expect(await journal.acquireLease('run/a', holder(1), 4000, at(1000))).toBeUndefined();
      expect(await other.leaseHolder('run/a')).toEqual(lease);
      expect(await other.acquireLease('run/b', holder(2), 4000, at(1000))).toMatchObject({ epoch: 1 });
      expect(await other.acquireLease('run/a', holder(2), 4000, at(5000))).toMatchObject({ epoch: 2 });
    }),
  );

  test(
    'of many who ask for a free lease at once, one gets it',
    withJournal(async (journal, world) => {
      const connections = await Promise.all(Array.from({ length: 4 }, () => world.connect()));
      const asked = await Promise.all(
        [journal, ...connections].map((one, i) => one.acquireLease('server', holder(i + 1), 4000, at(0))),
      );
      expect(asked.filter((lease) => lease !== undefined)).toHaveLength(1);
    }),
  );

  test(
    'a heartbeat keeps a lease, and a lease that was given back is free at once',
    withJournal(async (journal, world) => {
      const other = await world.connect();
      const lease = await journal.acquireLease('run/a', holder(1), 4000, at(0));
      const renewed = await journal.renewLease(lease!, 4000, at(3000));
      expect(renewed).toMatchObject({ epoch: 1, expiresAt: 7000 });
      expect(await other.acquireLease('run/a', holder(2), 4000, at(6000))).toBeUndefined();
      await journal.releaseLease(renewed);
      await journal.releaseLease(renewed);
      expect(await other.leaseHolder('run/a')).toBeUndefined();
      expect(await other.acquireLease('run/a', holder(2), 4000, at(6000))).toMatchObject({ epoch: 2 });
      await journal.releaseLease(renewed); // not ours any more: the other keeps it
      expect(await other.leaseHolder('run/a')).toMatchObject({ holder: holder(2) });
    }),
  );

  test(
    'a lease whose holder died is taken over at once',
    withJournal(async (journal, world, dead) => {
      await journal.acquireLease('run/a', holder(1), 4000, at(1000));
      dead.add(1);
      const other = await world.connect();
      expect(await other.leaseHolder('run/a')).toBeUndefined();
      expect(await other.acquireLease('run/a', holder(2), 4000, at(1001))).toMatchObject({ epoch: 2 });
    }),
  );

  test(
    'who has lost a lease can neither append under it nor renew it',
    withJournal(async (journal, world) => {
      const other = await world.connect();
      const first = await journal.acquireLease('target/apt', holder(1), 4000, at(0));
      const guarded = (epoch: number, seq: number, n: number): Append => ({
        ...write('target/apt', seq, n),
        leases: [{ name: 'target/apt', epoch }],
      });
      await journal.append(guarded(1, 0, 1));
      await other.acquireLease('target/apt', holder(2), 4000, at(4000));
      await expect(journal.append(guarded(1, 1, 2))).rejects.toBeInstanceOf(LeaseLostError);
      await expect(journal.renewLease(first!, 4000, at(4001))).rejects.toMatchObject({
        exitCode: 6,
        lease: 'target/apt',
      });
      // A lost lease is said before a stale sequence: who has lost it must not reload and decide again.
      await expect(journal.append(guarded(1, 0, 2))).rejects.toBeInstanceOf(LeaseLostError);
      await expect(journal.append(guarded(9, 1, 2))).rejects.toBeInstanceOf(LeaseLostError);
      await other.append(guarded(2, 1, 3));
      expect(numbersOf(await journal.read('target/apt'))).toEqual([1, 3]);
    }),
  );

  test(
    'who gave a lease back, or never had it, cannot append under it',
    withJournal(async (journal) => {
      const guarded = { ...write('run/a', 0, 1), leases: [{ name: 'run/a', epoch: 1 }] };
      await expect(journal.append(guarded)).rejects.toBeInstanceOf(LeaseLostError);
      const lease = await journal.acquireLease('run/a', holder(1), 4000, at(0));
      await journal.releaseLease(lease!);
      await expect(journal.append(guarded)).rejects.toBeInstanceOf(LeaseLostError);
      expect(await journal.head()).toBe(0);
    }),
  );

  test(
    'a holder that slept past its lease goes on, if nobody took it meanwhile',
    withJournal(async (journal) => {
      const lease = await journal.acquireLease('run/a', holder(1), 4000, at(0));
      await journal.append({ ...write('run/a', 0, 1), at: at(99_000), leases: [{ name: 'run/a', epoch: 1 }] });
      expect(await journal.renewLease(lease!, 4000, at(99_000))).toMatchObject({ epoch: 1, expiresAt: 103_000 });
    }),
  );

  test(
    'a wake-up comes when it is due, is replaced by a later one of its key, and can be taken back',
    withJournal(async (journal) => {
      const wake = (key: string, ms: number | null): Append => ({
        by: 'conductor',
        at: at(0),
        writes: [],
        wakeAt: [{ key, at: ms === null ? null : at(ms) }],
      });
      await journal.append(wake('run/a', 300));
      await journal.append(wake('run/b', 100));
      await journal.append(wake('run/c', 200));
      expect(await journal.dueWakeUps(at(99))).toEqual([]);
      expect((await journal.dueWakeUps(at(300))).map(({ key }) => key)).toEqual(['run/b', 'run/c', 'run/a']);
      await journal.append(wake('run/b', 250));
      await journal.append(wake('run/c', null));
      await journal.append(wake('run/none', null));
      expect(await journal.dueWakeUps(at(300))).toEqual([
        { key: 'run/b', at: 250 },
        { key: 'run/a', at: 300 },
      ]);
    }),
  );

  test(
    'the outbox is pending oldest first, until each row is delivered',
    withJournal(async (journal, world) => {
      const send = (...keys: string[]): Append => ({
        by: 'conductor',
        at: at(0),
        writes: [],
        outbox: keys.map((key) => ({ receiver: 'irc', key, payload: { key, text: 'é' } })),
      });
      await journal.append(send('a', 'b'));
      await (await world.connect()).append(send('a', 'c'));
      const rows = await journal.pendingOutbox(10);
      expect(rows.map(({ key }) => key)).toEqual(['a', 'b', 'a', 'c']);
      expect(rows[0]).toEqual({ id: rows[0]?.id, receiver: 'irc', key: 'a', payload: { key: 'a', text: 'é' } });
      await journal.markDelivered(rows[1]!.id, at(5));
      await journal.markDelivered(rows[1]!.id, at(6));
      await journal.markDelivered(rows[0]!.id, at(7));
      expect((await journal.pendingOutbox(1)).map(({ id }) => id)).toEqual([rows[2]?.id]);
      await journal.append(send('d'));
      expect((await journal.pendingOutbox(10)).map(({ key }) => key)).toEqual(['a', 'c', 'd']);
    }),
  );

  test('whatever two connections do, the journal holds what a plain list would hold', async () => {
    await fc.assert(
      fc.asyncProperty(journalSteps, async (steps) => {
        const world = await create(() => false);
        try {
          await expectToAgreeWithModel([await world.connect(), await world.connect()], steps);
        } finally {
          await world.remove();
        }
      }),
      { numRuns: 60 },
    );
  });

  test(
    'closing twice is the same as once, and what was recorded is there for the next connection',
    withJournal(async (journal, world) => {
      await journal.append(write('run/a', 0, 1));
      await journal.close();
      await journal.close();
      expect(numbersOf(await (await world.connect()).read('run/a'))).toEqual([1]);
    }),
  );
}
