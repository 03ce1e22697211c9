import { expect, test } from 'vitest';
import { History, T0 } from '../../../test/support/release/history.ts';
import { approvesAt, gatesPassed, reviewGates } from './gate-review.ts';

const TWO = { gates: { lead: {}, security: {} } };
const states = (history: History) => reviewGates(history.state, T0).map(({ state }) => state.state);

test('one person counts in one gate, the one they approved first', () => {
  const alone = new History(TWO).staged(1).said('approved', 'bob').said('approved', 'bob', { gate: 'security' });
  expect(states(alone)).toEqual(['passed', 'waiting']);
  expect(approvesAt(alone.state, 'bob')).toBe('lead');
  expect(states(alone.said('approved', 'carol', { gate: 'security' }))).toEqual(['passed', 'passed']);
});

test('who takes their word back at one gate can give it at the other', () => {
  const moved = new History(TWO)
    .staged(1)
    .said('approved', 'bob')
    .withdrawn('bob')
    .said('approved', 'bob', { gate: 'security' });
  expect(states(moved)).toEqual(['waiting', 'passed']);
});

test('a person may reject at every gate', () => {
  const both = new History(TWO).staged(1).said('rejected', 'bob').said('rejected', 'bob', { gate: 'security' });
  expect(states(both)).toEqual(['refused', 'refused']);
});

test('an approval of the plan before lapses, and is shown', () => {
  const history = new History({ gates: { lead: {} } }).staged(1).said('approved', 'bob').planned(3).staged(2);
  expect(states(history)).toEqual(['lapsed']);
  expect(gatesPassed(reviewGates(history.state, T0))).toBe(false);
});
