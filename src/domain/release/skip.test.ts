import { expect, test } from 'vitest';
import { History } from '../../../test/support/release/history.ts';
import { newEvent } from '../journal/event-definition.ts';
import { RELEASE_EVENTS } from './release-events.ts';
import { skipOf } from './skip.ts';

const skipped = (history: History) =>
  history.add(newEvent(RELEASE_EVENTS, 'release.skipped', { what: 'verify', reason: 'at night' }));

test('a skip before anything is staged is meant for the first candidate, and for no later one', () => {
  const history = skipped(new History()).staged(1);
  expect(skipOf(history.state, 'verify')).toMatchObject({ reason: 'at night' });
  expect(skipOf(history.staged(2).state, 'verify')).toBeUndefined();
});

test('a skip of one candidate does not count for other bytes, and lapses with an undo; it stays on record', () => {
  const history = skipped(new History().staged(1));
  expect(skipOf(history.state, 'verify')).toBeDefined();
  expect(skipOf(history.promoting(1, 1, 2).live(1, 1).undone(1, 2).state, 'verify')).toBeUndefined();
  expect(history.state.skipped).toHaveLength(1);
});
