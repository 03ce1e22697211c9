import { describe, expect, test } from 'vitest';
import { generationOf, History, T0 } from '../../../test/support/release/history.ts';
import { newEvent } from '../journal/event-definition.ts';
import { RELEASE_EVENTS } from './release-events.ts';
import { foldRelease } from './release-state.ts';

const GATED = { gates: { lead: {} } };
const proved = (config = {}) => new History(config).staged(1).verified(1);
const live = (config = {}) => proved(config).promoting(1, 1, 2).live(1, 1);

test('a stream without a plan is no release', () => {
  expect(foldRelease('main-1.1', [])).toBeUndefined();
});

describe('the phase follows what happened', () => {
  const rows: readonly (readonly [string, History, string])[] = [
    ['planned', new History(), 'planned'],
    ['building', new History().add(newEvent(RELEASE_EVENTS, 'release.building', {})), 'building'],
    ['staged', new History().staged(1), 'staged'],
    ['verified', proved(), 'verified'],
    ['approved', proved(GATED).said('approved', 'bob').approved(), 'approved'],
    ['promoting', proved().promoting(1, 1, 2), 'promoting'],
    ['live', live(), 'live'],
    ['settled', live().add(newEvent(RELEASE_EVENTS, 'release.settled', {})), 'settled'],
    ['undone', live().undone(1, 2), 'undone'],
    [
      'abandoned',
      live()
        .undone(1, 2)
        .add(newEvent(RELEASE_EVENTS, 'release.abandoned', { reason: 'no' })),
      'abandoned',
    ],
    ['staged again, it has to be proved again', proved().planned(3).staged(4), 'staged'],
    ['a failure changes no phase', proved().failed('verify'), 'verified'],
  ];
  test.each(rows)('%s', (_, history, phase) => {
    expect(history.state.phase).toBe(phase);
  });
});

describe('a promotion that failed with nothing to be seen is over', () => {
  test('it goes back to where it came from, and the next one has a new number', () => {
    const { state } = proved().promoting(1, 1, 2).failed('promote');
    expect(state).toMatchObject({ phase: 'verified', promotion: undefined, promotions: 1 });
    expect(state.failure).toMatchObject({ phase: 'promote', partial: false });
    expect(proved(GATED).said('approved', 'bob').approved().promoting(1, 1, 2).failed('promote').state.phase).toBe(
      'approved',
    );
  });

  test('partial means that users may see it: it stays a promotion until somebody has looked', () => {
    const { state } = proved().promoting(1, 1, 2).failed('promote', true);
    expect(state).toMatchObject({ phase: 'promoting', promotion: { number: 1 }, failure: { partial: true } });
  });
});

describe('an undo', () => {
  const undone = live(GATED).undone(1, 2);

  test('leaves the candidate, and takes proof and approvals', () => {
    const history = proved(GATED).said('approved', 'bob').approved().promoting(1, 1, 2).live(1, 1).undone(1, 2);
    expect(history.state).toMatchObject({
      candidate: { generation: generationOf(1) },
      verified: undefined,
      approvedDigest: undefined,
      liveAt: undefined,
      promotion: undefined,
      promotions: 1,
    });
    expect(history.state.words).toEqual([expect.objectContaining({ by: 'bob', lapsed: true })]);
  });

  test('words said after it count, also when the clock was set back meanwhile', () => {
    const history = undone.at(T0 - 86_400_000).said('approved', 'carol');
    expect(history.state.words.at(-1)).not.toHaveProperty('lapsed');
  });
});

describe('authors are those who planned, staged or resumed it', () => {
  test('each of them', () => {
    const history = new History()
      .by('dora')
      .staged(1)
      .by('erin')
      .add(newEvent(RELEASE_EVENTS, 'release.resumed', {}));
    expect([...history.state.authors]).toEqual(['alice', 'dora', 'erin']);
  });

  test('nobody else: who verified, approved or promoted it is none', () => {
    const history = new History().staged(1).by('bob').verified(1).promoting(1, 1, 2).live(1, 1);
    expect([...history.state.authors]).toEqual(['alice']);
  });
});

test('a rebase is a new generation of the same plan: proof is gone, approvals stay', () => {
  const history = proved(GATED).said('approved', 'bob').approved();
  const before = history.state;
  history.add(newEvent(RELEASE_EVENTS, 'release.rebased', { generation: generationOf(7), parent: generationOf(6) }));
  expect(history.state).toMatchObject({
    phase: 'staged',
    digest: before.digest,
    approvedDigest: before.digest,
    verified: undefined,
    candidate: { generation: generationOf(7), parent: generationOf(6) },
  });
});

test('a new plan asks its own steps again', () => {
  const history = proved().add(newEvent(RELEASE_EVENTS, 'step.done', { step: 'smoke', skipped: false }));
  expect([...history.state.stepsDone]).toEqual(['smoke']);
  expect([...history.planned(3).state.stepsDone]).toEqual([]);
});
