import { expect, test } from 'vitest';
import { History, T0 } from '../../../test/support/release/history.ts';
import { toInstant } from '../../kernel/instant.ts';
import { type FlipBlock, whyNotFlip } from './why-not-flip.ts';

const DAY_MS = 86_400_000;
const GATED = { gates: { lead: {} } };
const later = (ms: number) => toInstant(T0 + ms);
const proved = (config = {}) => new History(config).staged(1).verified(1);
const approved = () => proved(GATED).said('approved', 'bob');

type Row = readonly [what: string, history: History, nowMs: number, deadlineMs: number, why: FlipBlock | undefined];

const ROWS: readonly Row[] = [
  ['proved and approved, in time', approved(), 60_000, 60_000, undefined],
  ['without gates, proved is enough', proved(), 60_000, 60_000, undefined],
  ['nothing is staged', new History(), 60_000, 60_000, 'not-staged'],
  ['staged and not proved', new History().staged(1), 60_000, 60_000, 'not-verified'],
  ['a proof of eight days ago', proved(), 8 * DAY_MS, 9 * DAY_MS, 'not-verified'],
  ['nobody has approved', proved(GATED), 60_000, 60_000, 'gates'],
  ['the approval ended a moment ago', approved(), 3 * DAY_MS + 3000, 9 * DAY_MS, 'gates'],
  ['the approval was taken back', approved().withdrawn('bob'), 60_000, 60_000, 'gates'],
  ['somebody rejects', approved().said('rejected', 'carol'), 60_000, 60_000, 'gates'],
  ['the deadline has passed', approved(), 60_001, 60_000, 'deadline'],
  [
    'the candidate was kept until yesterday',
    new History().staged(1, { keepMs: DAY_MS }).verified(1),
    2 * DAY_MS,
    3 * DAY_MS,
    'candidate-expired',
  ],
];

test.each(ROWS)('%s', (_, history, nowMs, deadlineMs, why) => {
  expect(whyNotFlip(history.state, later(deadlineMs), later(nowMs))).toBe(why);
});
