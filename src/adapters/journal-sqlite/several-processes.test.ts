import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import { ChildScript } from '../../../test/support/child-process.ts';
import { TemporaryJournal } from '../../../test/support/temporary-journal.ts';
import { toInstant } from '../../kernel/instant.ts';
import type { Lease, LeaseHolder } from '../../ports/journal.ts';

const script = new ChildScript('./scripts/journal-worker.ts');
let place: TemporaryJournal;
beforeEach(() => {
  place = new TemporaryJournal();
});
afterEach(() => place.remove());
afterAll(() => script.remove());

const event = { type: 'test.noted', v: 1, data: {} };
const append = (stream: string, expectedSeq: number) => ({
  by: 'alice',
  at: toInstant(1),
  writes: [{ stream, expectedSeq, events: [event] }],
});

test('processes that start at once in an empty folder make one journal and lose nothing', async () => {
  const children = Array.from({ length: 4 }, () => script.start('append', place.dir, '20'));
  const ids = await Promise.all(children.map((child) => child.next<string>()));
  await Promise.all(children.map((child) => child.ended()));
  expect(new Set(ids).size).toBe(1);
  const journal = await place.open({ create: false });
  const entries = await journal.readFrom(0, 1000);
  expect(entries.map(({ position }) => position)).toEqual(Array.from({ length: 80 }, (_, i) => i + 1));
  expect((await journal.streams('run/')).map(({ seq }) => seq)).toEqual([20, 20, 20, 20]);
});

test('processes that append to one stream take turns: no gap, nothing twice', async () => {
  const children = Array.from({ length: 4 }, () => script.start('contend', place.dir, '25'));
  await Promise.all(children.map((child) => child.ended()));
  const entries = await (await place.open({ create: false })).read('run/shared');
  expect(entries.map(({ seq }) => seq)).toEqual(Array.from({ length: 100 }, (_, i) => i + 1));
  for (const { pid } of children) expect(entries.filter(({ data }) => data['from'] === pid)).toHaveLength(25);
});

test('what another process records is followed within a second, without gap or repetition', async () => {
  const journal = await place.open();
  const enough = new AbortController();
  const seen: number[] = [];
  const following = (async () => {
    for await (const { position } of journal.follow(0, enough.signal)) {
      seen.push(position);
      if (seen.length === 100) enough.abort();
    }
  })();
  script.start('append', place.dir, '100');
  await following;
  expect(seen).toEqual(Array.from({ length: 100 }, (_, i) => i + 1));
});

test('what a process had recorded before it was killed is there, whole and in order', async () => {
  for (const after of [1, 7, 30]) {
    const child = script.start('appendForEver', place.dir);
    const before = await (await place.open()).head();
    let said = 0;
    while (said < after) said = await child.next<number>().catch((cause: Error) => expect.fail(cause.message));
    await child.end('SIGKILL');
    const journal = await place.open({ create: false });
    const entries = await journal.read('watch/killed');
    expect(entries.length).toBeGreaterThanOrEqual(said);
    expect(entries.map(({ seq }) => seq)).toEqual(entries.map((_, i) => i + 1));
    expect(await journal.head()).toBe(before + entries.length);
    await place.remove();
    place = new TemporaryJournal();
  }
});

test('the lease of a process that was killed is free at once; of one that only stands still it is not', async () => {
  const journal = await place.open();
  const child = script.start('lease', place.dir, 'run/weekly-2.294');
  const held = await child.next<Lease>();
  expect(held.holder.pid).toBe(child.pid);
  const me: LeaseHolder = { ...held.holder, pid: process.pid };
  const now = toInstant(1); // its time to live ends in a minute

  child.signal('SIGSTOP');
  expect(await journal.acquireLease(held.name, me, 4000, now)).toBeUndefined();
  expect(await journal.leaseHolder(held.name)).toEqual(held);

  await child.end('SIGKILL');
  expect(await journal.leaseHolder(held.name)).toBeUndefined();
  expect(await journal.acquireLease(held.name, me, 4000, now)).toMatchObject({ epoch: held.epoch + 1 });
});

test('a lock that another process lets go of in time is waited for, and nothing else stands still', async () => {
  const journal = await place.open();
  await journal.append(append('run/a', 0));
  const child = script.start('lock', place.dir);
  await child.next();
  let turns = 0;
  const turning = setInterval(() => turns++, 5);
  const appended = journal.append(append('run/a', 1));
  while (turns < 20) {
    expect(await journal.read('run/a')).toHaveLength(1); // reading goes on
    await new Promise((resolve) => setImmediate(resolve));
  }
  child.tell('let go');
  await appended;
  clearInterval(turning);
  expect(await journal.read('run/a')).toHaveLength(2);
});

test('a lock that is held for more than 5 s is refused with exit 6, naming the process that has it', async () => {
  const journal = await place.open();
  const child = script.start('lock', place.dir);
  await child.next();
  let turns = 0;
  const turning = setInterval(() => turns++, 10);
  await expect(journal.append(append('run/a', 0))).rejects.toMatchObject({
    code: 'SLIP_JOURNAL_BUSY',
    exitCode: 6,
    message: expect.stringContaining(`process ${child.pid} (`),
  });
  clearInterval(turning);
  expect(turns).toBeGreaterThan(100);
  expect(await journal.head()).toBe(0);
  child.tell('let go');
  await child.next();
  expect(await journal.append(append('run/a', 0))).toHaveLength(1);
});

test('a lock that was there before the journal was opened is waited for in the same way', async () => {
  await (await place.open()).close();
  const child = script.start('lock', place.dir);
  await child.next();
  const journal = await place.open({ create: false });
  await expect(journal.append(append('run/a', 0))).rejects.toMatchObject({ code: 'SLIP_JOURNAL_BUSY' });
});
