import { expect, test } from 'vitest';
import { type Append, LeaseLostError } from '../../src/ports/journal.ts';
import { at, holder, type JournalWorld, numbersOf, withJournal, write } from './journal-under-test.ts';

/** Who may act: leases and their epochs; and what is due: wake-ups and the outbox. */
export function describeLeaseContract(world: JournalWorld): void {
  const onJournal = withJournal(world);

  test(
    'a lease is held by one, and its epoch grows with each who takes it',
    onJournal(async (journal, world) => {
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
    onJournal(async (journal, world) => {
      const connections = await Promise.all(Array.from({ length: 4 }, () => world.connect()));
      const asked = await Promise.all(
        [journal, ...connections].map((one, i) => one.acquireLease('server', holder(i + 1), 4000, at(0))),
      );
      expect(asked.filter((lease) => lease !== undefined)).toHaveLength(1);
    }),
  );

  test(
    'a heartbeat keeps a lease, and a lease that was given back is free at once',
    onJournal(async (journal, world) => {
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
    onJournal(async (journal, world, dead) => {
      await journal.acquireLease('run/a', holder(1), 4000, at(1000));
      dead.add(1);
      const other = await world.connect();
      expect(await other.leaseHolder('run/a')).toBeUndefined();
      expect(await other.acquireLease('run/a', holder(2), 4000, at(1001))).toMatchObject({ epoch: 2 });
    }),
  );

  test(
    'who has lost a lease can neither append under it nor renew it',
    onJournal(async (journal, world) => {
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
    onJournal(async (journal) => {
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
    onJournal(async (journal) => {
      const lease = await journal.acquireLease('run/a', holder(1), 4000, at(0));
      await journal.append({ ...write('run/a', 0, 1), at: at(99_000), leases: [{ name: 'run/a', epoch: 1 }] });
      expect(await journal.renewLease(lease!, 4000, at(99_000))).toMatchObject({ epoch: 1, expiresAt: 103_000 });
    }),
  );

  test(
    'a wake-up comes when it is due, is replaced by a later one of its key, and can be taken back',
    onJournal(async (journal) => {
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
    onJournal(async (journal, world) => {
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
}
