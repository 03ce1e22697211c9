import { beforeEach, expect, test } from 'vitest';
import { MemoryJournal } from '../../adapters/journal-memory/memory-journal.ts';
import type { Entry, NewEvent } from '../../domain/journal/entry.ts';
import { newEvent } from '../../domain/journal/event-definition.ts';
import type { JournalFinding } from '../../domain/journal/verify-entries.ts';
import { LINE_EVENTS } from '../../domain/release/line-events.ts';
import { toInstant } from '../../kernel/instant.ts';
import type { Journal } from '../../ports/journal.ts';
import { exportJournal } from './export-journal.ts';
import { readAsToday } from './read-as-today.ts';
import { describeEntry, showJournal } from './show-journal.ts';
import { verifyJournal } from './verify-journal.ts';

let journal: Journal;
const record = (stream: string, expectedSeq: number, ...events: NewEvent[]): Promise<readonly Entry[]> =>
  journal.append({ by: 'alice', at: toInstant(1_763_850_597_000), writes: [{ stream, expectedSeq, events }] });

beforeEach(async () => {
  journal = new MemoryJournal({ id: '0'.repeat(32), processes: { isGone: () => false } });
  await record(
    'line/weekly',
    0,
    newEvent(LINE_EVENTS, 'version.allocated', { version: '2.294', release: 'weekly-2.294' }),
  );
  await record('line/stable', 0, newEvent(LINE_EVENTS, 'release.closed', { release: 'stable-2.289.1', how: 'live' }));
  await record(
    'line/weekly',
    1,
    newEvent(LINE_EVENTS, 'release.closed', { release: 'weekly-2.294', how: 'abandoned' }),
  );
});

async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const found: Item[] = [];
  for await (const item of items) found.push(item);
  return found;
}

test('show tells the journal line by line, oldest first: when, where, what, who', async () => {
  expect(await all(showJournal(journal))).toEqual([
    '1  2025-11-22T22:29:57.000Z  line/weekly#1  version.allocated  by alice  release=weekly-2.294 version=2.294',
    '2  2025-11-22T22:29:57.000Z  line/stable#1  release.closed  by alice  how=live release=stable-2.289.1',
    '3  2025-11-22T22:29:57.000Z  line/weekly#2  release.closed  by alice  how=abandoned release=weekly-2.294',
  ]);
});

test('show and export can be asked for one stream, or for all of a kind', async () => {
  expect(await all(showJournal(journal, { stream: 'line/stable' }))).toHaveLength(1);
  expect(await all(showJournal(journal, { stream: 'line/' }))).toHaveLength(3);
  expect(await all(showJournal(journal, { stream: 'line/week' }))).toEqual([]);
  expect(await all(exportJournal(journal, { stream: 'line/weekly' }))).toHaveLength(2);
  expect(await all(exportJournal(journal, { stream: 'line/' }))).toHaveLength(3);
});

test('show keeps to one line and obeys nothing that an event says', () => {
  const line = describeEntry({
    stream: 'run/a',
    seq: 1,
    position: 9,
    at: toInstant(0),
    type: 'x.y',
    v: 2,
    data: { sentence: `red \u001b[31m and\nmore ${'x'.repeat(500)}`, list: [1, { a: null }], word: 'a b' },
    by: 'al\u202eice',
    prev: null,
  });
  expect(line).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  expect(line).toContain('x.y v2  by al\\u202eice  sentence="red \\u001b[31m and\\nmore xxx');
  expect(line).toContain('list=[1,{"a":null}] word="a b"');
  expect(line.length).toBeLessThan(250);
});

test('export gives every entry as one line of JSON, with nothing lost', async () => {
  const lines = await all(exportJournal(journal));
  const entries = lines.map((line) => JSON.parse(line)).map((entry) => ({ ...entry, at: Date.parse(entry.at) }));
  expect(entries).toEqual(await journal.readFrom(0, 10));
  expect(lines[0]).toMatch(/^\{"position":1,"stream":"line\/weekly","seq":1,"at":"2025-11-22T22:29:57.000Z",/);
});

test('verify has nothing to say of a sound journal, and counts what it read', async () => {
  await record('release/weekly-2.294', 0);
  const verifying = verifyJournal(journal);
  expect(await verifying.next()).toEqual({ done: true, value: { entries: 3 } });
});

test('verify reads thousands of entries, and goes on with those that come meanwhile', async () => {
  const event = newEvent(LINE_EVENTS, 'version.allocated', { version: '1', release: 'x-1' });
  await record('line/x', 0, ...Array.from({ length: 2500 }, () => event));
  let appended = false;
  const growing: Journal = {
    ...bind(journal),
    streams: async (prefix) => {
      const heads = await journal.streams(prefix);
      if (!appended) await record('line/x', 2500, event);
      appended = true;
      return heads;
    },
  };
  expect(await verifyJournal(growing).next()).toEqual({ done: true, value: { entries: 2504 } });
});

test('verify yields each finding with stream and entry', async () => {
  await record('target/weekly/tree', 0, { type: 'flip.done', v: 1, data: { key: 'k', seen: null, wasThere: true } });
  const changed: Journal = {
    ...bind(journal),
    readFrom: async (position, limit) =>
      (await journal.readFrom(position, limit)).map((entry) =>
        entry.position === 1 ? { ...entry, by: 'bob' } : entry,
      ),
  };
  const findings: JournalFinding[] = await all(verifyJournal(changed));
  expect(findings.map(({ problem, stream, seq }) => `${problem} ${stream}#${seq}`)).toEqual([
    'digest line/weekly#2',
    'reference target/weekly/tree#1',
  ]);
});

test('rules are refused an entry of a newer Slipway, and cannot write an event that nobody knows', async () => {
  const today = readAsToday(journal);
  expect(await today.read('line/weekly')).toHaveLength(2);
  const unknown = { type: 'version.reserved', v: 1, data: {} };
  const newer = { type: 'version.allocated', v: 2, data: {} };
  for (const event of [unknown, newer]) {
    const append = { by: 'alice', at: toInstant(0), writes: [{ stream: 'line/x', expectedSeq: 0, events: [event] }] };
    await expect(today.append(append)).rejects.toMatchObject({ code: 'SLIP_JOURNAL_APPEND' });
  }
  await record('line/weekly', 2, newer);
  const refused = { code: 'SLIP_JOURNAL_EVENT_NEWER', exitCode: 6 };
  await expect(today.read('line/weekly')).rejects.toMatchObject(refused);
  await expect(today.readFrom(0, 10)).rejects.toMatchObject(refused);
  await expect(all(today.follow(3, new AbortController().signal))).rejects.toMatchObject(refused);
  expect(await today.read('line/stable')).toHaveLength(1);
  expect(await journal.read('line/weekly')).toHaveLength(3);
});

/** The journal's methods as plain functions, so that a test can put another in the place of one. */
function bind(target: Journal): Journal {
  const { id: _, ...rest } = readAsToday(target);
  return { ...rest, id: target.id };
}
