import { expect, test } from 'vitest';
import { FixedClock } from '../../../test/support/fixed-clock.ts';
import { MemoryJournal } from '../../adapters/journal-memory/memory-journal.ts';
import { newEvent } from '../../domain/journal/event-definition.ts';
import { LINE_EVENTS } from '../../domain/release/line-events.ts';
import { holdLease } from './hold-lease.ts';

const START = Date.parse('2026-11-22T09:00:00Z');
const holder = (pid: number) => ({ host: 'here', bootId: 'boot', pid, startTime: '1' });
const turn = () => new Promise((resolve) => setImmediate(resolve));

function place() {
  const gone = new Set<number>();
  const journal = new MemoryJournal({ id: 'test', processes: { isGone: ({ pid }) => gone.has(pid) } });
  const clock = new FixedClock(START);
  const as = (pid: number) => ({ journal: journal.connect(), clock, holder: holder(pid) });
  /** Seconds go by, one heartbeat after the other. */
  const pass = async (seconds: number) => {
    for (let second = 0; second < seconds; second += 1) {
      clock.set(clock.now() + 1000);
      await turn();
    }
  };
  return { journal, clock, gone, as, pass };
}

const event = newEvent(LINE_EVENTS, 'release.closed', { release: 'main-1.1', how: 'live' });

test('a lease is held by one process; its heartbeat keeps it for as long as that lives', async () => {
  const { as, pass } = place();
  const held = await holdLease(as(1), 'run/main-1.1');
  await pass(60);
  expect(held?.lost.aborted).toBe(false);
  expect(await holdLease(as(2), 'run/main-1.1')).toBeUndefined();
  await held?.release();
  expect((await holdLease(as(2), 'run/main-1.1'))?.epoch).toBeGreaterThan(held!.epoch);
});

test('the lease of a process that is gone is taken over at once', async () => {
  const { as, gone } = place();
  await holdLease(as(1), 'run/main-1.1');
  gone.add(1);
  expect(await holdLease(as(2), 'run/main-1.1')).toBeDefined();
});

test('who stood still for too long is told that it has lost it, and the journal takes nothing under it', async () => {
  const { journal, clock, as } = place();
  const held = await holdLease(as(1), 'run/main-1.1');
  // Its heartbeat does not come: the other one takes the lease when it has lapsed.
  const other = await journal.acquireLease('run/main-1.1', holder(2), 4000, (START + 5000) as never);
  expect(other).toBeDefined();
  const writes = [{ stream: 'line/main', expectedSeq: 0, events: [event] }];
  await expect(journal.append({ by: 'a', at: clock.now(), writes, leases: [held!.guard] })).rejects.toMatchObject({
    code: 'SLIP_LEASE_LOST',
  });
  clock.set(START + 5000);
  await turn();
  await turn();
  expect(held?.lost.aborted).toBe(true);
  expect(held?.lost.reason).toMatchObject({ code: 'SLIP_LEASE_LOST' });
  await held?.release(); // gives back nothing that is another's
  expect((await journal.leaseHolder('run/main-1.1'))?.holder.pid).toBe(2);
});
