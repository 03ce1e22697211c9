import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Journal, JournalConflictError } from '../../src/ports/journal.ts';
import { expectToAgreeWithModel, journalSteps } from './journal-model.ts';
import { followed, type JournalWorld, numbersOf, withJournal, write } from './journal-under-test.ts';

/** Several connections at once, followers among them. */
export function describeSharingContract(world: JournalWorld): void {
  const onJournal = withJournal(world);

  test(
    'many appenders on several connections leave no gap and lose nothing',
    onJournal(async (journal, world) => {
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
    onJournal(async (journal, world) => {
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
    onJournal(async (journal, world) => {
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

  test('whatever two connections do, the journal holds what a plain list would hold', async () => {
    await fc.assert(
      fc.asyncProperty(journalSteps, async (steps) => {
        const made = await world.create(() => false);
        try {
          await expectToAgreeWithModel([await made.connect(), await made.connect()], steps);
        } finally {
          await made.remove();
        }
      }),
      { numRuns: 60 },
    );
  });

  test(
    'closing twice is the same as once, and what was recorded is there for the next connection',
    onJournal(async (journal, world) => {
      await journal.append(write('run/a', 0, 1));
      await journal.close();
      await journal.close();
      expect(numbersOf(await (await world.connect()).read('run/a'))).toEqual([1]);
    }),
  );
}
