import { describe, expect, test } from 'vitest';
import type { Entry, NewEvent } from '../journal/entry.ts';
import { newEvent } from '../journal/event-definition.ts';
import { TARGET_EVENTS } from './channel-events.ts';
import { readPointer } from './read-pointer.ts';
import { flipKey, foldTarget } from './target-state.ts';

const generation = (number: number) => ({ number, digest: String(number) });
const intended = (kind: 'flip' | 'undo', promotion: number, before: number | null, after: number): NewEvent =>
  newEvent(TARGET_EVENTS, `${kind}.intended`, {
    key: flipKey(kind, 'main-1.1', promotion, 'stable/tree', String(after)),
    release: 'main-1.1',
    promotion,
    before: before === null ? null : generation(before),
    after: generation(after),
    undo: null,
    epoch: 1,
  });
const receipt = (kind: 'flip' | 'undo', is: 'done' | 'not-done', promotion: number, after: number): NewEvent =>
  newEvent(TARGET_EVENTS, `${kind}.${is}`, {
    key: flipKey(kind, 'main-1.1', promotion, 'stable/tree', String(after)),
    seen: null,
    wasThere: false,
  });
const fold = (...events: readonly NewEvent[]) =>
  foldTarget(events.map((event, at) => ({ ...event, seq: at + 1, at: at * 1000 }) as unknown as Entry));

test('an intent has no receipt until there is one', () => {
  expect(fold(intended('flip', 1, null, 1)).flips).toMatchObject([{ kind: 'flip', receipt: 'none' }]);
  const done = fold(intended('flip', 1, null, 1), receipt('flip', 'done', 1, 1));
  expect(done.flips).toMatchObject([{ receipt: 'done', intendedAt: 0, receiptAt: 1000 }]);
});

test('a receipt belongs to its own move', () => {
  const { flips, seq } = fold(
    intended('flip', 1, null, 1),
    receipt('flip', 'not-done', 1, 1),
    intended('flip', 2, null, 1),
    receipt('flip', 'done', 2, 1),
    intended('undo', 2, 1, 3),
  );
  expect(flips.map((row) => row.receipt)).toEqual(['not-done', 'done', 'none']);
  expect(seq).toBe(5);
});

describe('the world wins over the journal', () => {
  const move = { before: generation(1), after: generation(2) };
  const rows = [
    ['before', generation(1), move],
    ['after', generation(2), move],
    ['elsewhere', generation(3), move],
    ['elsewhere', undefined, move],
    ['elsewhere', { number: 1, digest: 'other bytes' }, move],
    ['elsewhere', { number: 2, digest: 'other bytes' }, move],
    ['before', undefined, { ...move, before: null }],
    ['after', generation(2), { ...move, before: null }],
    ['elsewhere', generation(1), { ...move, before: null }],
  ] as const;
  test.each(rows)('%s', (reading, seen, asked) => {
    expect(readPointer(seen, asked)).toBe(reading);
  });
});
