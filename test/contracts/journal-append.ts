import { expect, test } from 'vitest';
import type { Instant } from '../../src/kernel/instant.ts';
import { type Append, JournalConflictError } from '../../src/ports/journal.ts';
import { at, type JournalWorld, numbersOf, withJournal, write } from './journal-under-test.ts';

/** What is recorded, refused and read. */
export function describeAppendContract(world: JournalWorld): void {
  const onJournal = withJournal(world);

  test(
    'what is recorded is returned, and reads back the same',
    onJournal(async (journal) => {
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
    onJournal(async (journal) => {
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
    onJournal(async (journal, world) => {
      expect(journal.id).toMatch(/^[0-9a-f]{32}$/);
      expect((await world.connect()).id).toBe(journal.id);
    }),
  );

  test(
    'entries of a stream count 1, 2, 3 and positions grow over all streams',
    onJournal(async (journal) => {
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
    onJournal(async (journal) => {
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
    onJournal(async (journal) => {
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
    onJournal(async (journal, world) => {
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
    onJournal(async (journal) => {
      await expect(journal.append(write('line/weekly', 3, 1))).rejects.toBeInstanceOf(JournalConflictError);
      expect(await journal.head()).toBe(0);
    }),
  );

  test(
    'writes to several streams are recorded together or not at all',
    onJournal(async (journal) => {
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
    onJournal(async (journal) => {
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
    onJournal(async (journal) => {
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
    onJournal(async (journal) => {
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
    onJournal(async (journal) => {
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
}
