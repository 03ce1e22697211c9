import { expect, test } from 'vitest';
import { MemoryJournal } from '../../adapters/journal-memory/memory-journal.ts';
import { toInstant } from '../../kernel/instant.ts';
import { rehearsalJournal } from './rehearsal-journal.ts';
import { RehearsalOver, rehearse } from './rehearse.ts';

const now = toInstant(Date.parse('2026-11-22T12:00:00Z'));
const us = { host: 'here', bootId: 'b', pid: 1, startTime: '1' };
const somebody = { host: 'there', bootId: 'c', pid: 2, startTime: '2' };
const entry = {
  by: 'alice',
  at: now,
  writes: [{ stream: 'line/main', expectedSeq: 0, events: [{ type: 'x', v: 1, data: {} }] }],
};

const journals = () => {
  const real = new MemoryJournal({ id: 'ab'.repeat(16), processes: { isGone: () => false } });
  return { real, rehearsal: rehearsalJournal(real) };
};

test('a rehearsal ends where the first fact would be recorded, and nothing is', async () => {
  const { real, rehearsal } = journals();
  const end = await rehearse(async () => {
    await rehearsal.append(entry);
    return 'went on';
  });
  expect(end).toBeInstanceOf(RehearsalOver);
  expect(String(end)).toContain('line/main');
  expect(await real.head()).toBe(0);
});

test('what has nothing to record comes to its end, and refusals are passed on', async () => {
  await expect(rehearse(() => Promise.resolve('done'))).resolves.toBe('done');
  await expect(rehearse(() => Promise.reject(new Error('refused')))).rejects.toThrow('refused');
});

test('a lease is pretended: free for us, held by whoever holds it, and never written', async () => {
  const { real, rehearsal } = journals();
  const lease = await rehearsal.acquireLease('run/a', us, 4000, now);
  expect(lease).toMatchObject({ name: 'run/a', epoch: 1 });
  expect(await real.leaseHolder('run/a')).toBeUndefined();
  if (lease === undefined) throw new Error('it was free');
  expect(await rehearsal.renewLease(lease, 4000, now)).toBe(lease);
  await rehearsal.releaseLease(lease);

  await real.acquireLease('run/a', somebody, 4000, now);
  expect(await rehearsal.acquireLease('run/a', us, 4000, now)).toBeUndefined();
  expect(await rehearsal.acquireLease('run/a', us, 4000, toInstant(now + 5000))).toMatchObject({ epoch: 2 });
});

test('what is there can be read', async () => {
  const { real, rehearsal } = journals();
  await real.append(entry);
  expect(await rehearsal.read('line/main')).toHaveLength(1);
  expect(await rehearsal.head()).toBe(1);
});
