import { expect, test } from 'vitest';
import { toInstant } from '../../kernel/instant.ts';
import { chainEntries, type StreamHead } from './chain.ts';
import type { Entry, NewEvent } from './entry.ts';
import { EVENT_CATALOGUE } from './event-catalog.ts';
import { type JournalFinding, nothingVerified, verifyEnd, verifyEntries } from './verify-entries.ts';

const generation = { number: 4, digest: 'a'.repeat(64) };
const flip = {
  key: 'weekly-1/1/weekly/tree/4',
  release: 'weekly-1',
  promotion: 1,
  before: null,
  after: generation,
  undo: null,
  epoch: 1,
};
const receipt = { key: flip.key, seen: generation, wasThere: false };

/** A journal of one release, as it would be recorded. */
const WRITES: readonly (readonly [stream: string, type: string, data: NewEvent['data']])[] = [
  ['line/weekly', 'version.allocated', { version: '1', release: 'weekly-1' }],
  ['line/weekly', 'release.opened', { release: 'weekly-1', version: '1', revision: 1 }],
  ['release/weekly-1', 'release.building', {}],
  ['run/weekly-1', 'step.outdated', { step: 'deb' }],
  [
    'channel/weekly',
    'generation.numbered',
    { number: 4, purpose: 'candidate', release: 'weekly-1', for: 1, parent: null, date: 0 },
  ],
  ['channel/weekly', 'generation.sealed', generation],
  ['target/weekly/tree', 'flip.intended', flip],
  ['target/weekly/tree', 'flip.done', receipt],
  ['line/weekly', 'release.closed', { release: 'weekly-1', how: 'live' }],
];

function recorded(writes = WRITES): { entries: Entry[]; heads: StreamHead[] } {
  const heads = new Map<string, StreamHead>();
  const events = writes.map(([stream, type, data]) => ({ stream, events: [{ type, v: 1, data }] }));
  const chained = chainEntries({ by: 'alice', at: toInstant(0), writes: events }, heads, 0);
  return { entries: chained.map(({ entry }) => entry), heads: [...heads.values()] };
}

function verify(entries: readonly Entry[], heads: readonly StreamHead[]): readonly JournalFinding[] {
  const verified = nothingVerified();
  return [...verifyEntries(verified, entries, EVENT_CATALOGUE), ...verifyEnd(verified, heads)];
}
const found = (findings: readonly JournalFinding[]): string[] =>
  findings.map(({ problem, stream, seq }) => `${problem} ${stream}#${seq}`);

test('a journal that is as it was recorded has no findings, in whatever portions it is read', () => {
  const { entries, heads } = recorded();
  expect(verify(entries, heads)).toEqual([]);
  const verified = nothingVerified();
  for (const entry of entries) expect(verifyEntries(verified, [entry], EVENT_CATALOGUE)).toEqual([]);
  expect(verifyEnd(verified, heads)).toEqual([]);
});

test('an entry that was changed is found, wherever it stands', () => {
  const { entries, heads } = recorded();
  for (const [at, entry] of entries.entries()) {
    const changed = entries.with(at, { ...entry, by: 'mallory' });
    const next = entries.find(({ stream, seq }) => stream === entry.stream && seq === entry.seq + 1);
    // The next entry of the stream names its digest; for the last one, the end of the stream does.
    expect(found(verify(changed, heads))).toEqual([`digest ${entry.stream}#${next?.seq ?? entry.seq}`]);
  }
});

test('an entry that was removed is found, wherever it stood', () => {
  const { entries, heads } = recorded();
  for (const [at, { stream }] of entries.entries()) {
    const findings = verify(entries.toSpliced(at, 1), heads);
    expect(found(findings).filter((one) => one.startsWith(`sequence ${stream}#`))).not.toEqual([]);
  }
});

test('a stream that was removed with its end is found by those that refer to it', () => {
  const { entries, heads } = recorded();
  const without = (stream: string): readonly JournalFinding[] =>
    verify(
      entries.filter((entry) => entry.stream !== stream),
      heads.filter((head) => head.stream !== stream),
    );
  expect(found(without('release/weekly-1'))).toEqual([
    'reference line/weekly#2',
    'reference run/weekly-1#1',
    'reference channel/weekly#1',
    'reference target/weekly/tree#1',
  ]);
});

test('a receipt without its intent is found', () => {
  const { entries, heads } = recorded(WRITES.filter(([, type]) => type !== 'flip.intended'));
  expect(verify(entries, heads)).toEqual([
    {
      stream: 'target/weekly/tree',
      seq: 1,
      problem: 'reference',
      says: `"flip.done" refers to "flip.intended" with key "${flip.key}" in stream "target/weekly/tree", which is not there`,
    },
  ]);
});

test('entries in another order, counted twice or added by hand are found', () => {
  const { entries, heads } = recorded();
  const [first, second] = entries as [Entry, Entry];
  expect(found(verify(entries.with(0, second).with(1, first), heads))).toContain('order line/weekly#1');
  expect(found(verify([first, ...entries], heads))).toContain('sequence line/weekly#1');
  const added = {
    ...entries[8]!,
    seq: 4,
    position: 10,
    prev: heads.find(({ stream }) => stream === 'line/weekly')!.digest,
  };
  expect(found(verify([...entries, added], heads))).toEqual(['sequence line/weekly#4']);
});

test('an event that is unknown, newer or of another shape is found, and named', () => {
  const { entries, heads } = recorded([
    ['line/weekly', 'version.reserved', {}],
    ['line/weekly', 'version.allocated', { version: 1, release: 'weekly-1' }],
  ]);
  const findings = verify(entries, heads);
  expect(found(findings)).toEqual(['event line/weekly#1', 'event line/weekly#2']);
  expect(findings[0]?.says).toContain('"version.reserved" version 1; this Slipway does not know that event');
  expect(findings[1]?.says).toMatch(/^the data of "version.allocated" has another shape: version: /);
});
