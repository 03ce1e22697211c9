import { expect, test } from 'vitest';
import { History, T0 } from '../../../test/support/release/history.ts';
import { toInstant } from '../../kernel/instant.ts';
import { newEvent } from '../journal/event-definition.ts';
import { neededGenerations } from './needed-generations.ts';
import { RELEASE_EVENTS } from './release-events.ts';

const DAY_MS = 86_400_000;
const now = toInstant(T0 + DAY_MS);
const needed = (history: History, current: number | undefined, channel = 'stable') => [
  ...neededGenerations([history.state], channel, current, now),
];

test('a candidate that may still be promoted stays, as long as it is kept', () => {
  expect(needed(new History().staged(4), 1)).toEqual([4]);
  expect(needed(new History().staged(4, { keepMs: 1000 }), 1)).toEqual([]);
  expect(needed(new History().staged(4).verified(4), 1)).toEqual([4]);
  expect(needed(new History().staged(4), 1, 'weekly')).toEqual([]);
});

test('what is given up is needed no more', () => {
  const history = new History().staged(4).add(newEvent(RELEASE_EVENTS, 'release.abandoned', { reason: '-' }));
  expect(needed(history, 1)).toEqual([]);
});

test('a promotion under way needs both of its ends', () => {
  expect(needed(new History().staged(4).verified(4).promoting(1, 4, 5), 1)).toEqual([4, 5]);
});

test('the undo of what users see stays, however old it is; once others have promoted it cannot be used any more', () => {
  const live = new History().staged(4).verified(4).promoting(1, 4, 5).live(1, 4);
  expect(needed(live, 4)).toEqual([4, 5]);
  expect(needed(live, 9)).toEqual([]);
});
