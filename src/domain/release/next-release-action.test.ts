import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { generationOf, History, T0 } from '../../../test/support/release/history.ts';
import { type Instant, toInstant } from '../../kernel/instant.ts';
import { newEvent } from '../journal/event-definition.ts';
import { type Goal, isProved, nextReleaseAction, type ReleaseAction, VERIFIED_FOR_MS } from './next-release-action.ts';
import { RELEASE_EVENTS } from './release-events.ts';

const GATED = { gates: { lead: {} } };
const proved = (config = {}) => new History(config).staged(1).verified(1);
const live = () => proved().promoting(1, 1, 2).live(1, 1);
const provedLive = (history: History) =>
  history.add(
    newEvent(RELEASE_EVENTS, 'release.proved-live', { generation: generationOf(1), evidence: [], notRun: [] }),
  );

const next = (
  history: History,
  { goal = 'end', built = false, now = toInstant(T0 + 60_000) }: { goal?: Goal; built?: boolean; now?: Instant } = {},
): ReleaseAction => nextReleaseAction({ release: history.state, built, goal, now });

describe('the next thing to do is the first step that is not done', () => {
  const rows: readonly (readonly [what: string, History, Parameters<typeof next>[1], ReleaseAction['do']])[] = [
    ['a plan is built', new History(), {}, 'build'],
    ['what is built is staged', new History(), { built: true }, 'stage'],
    ['with the goal build, it ends there', new History(), { built: true, goal: 'build' }, 'nothing'],
    ['what is staged is verified', new History().staged(1), {}, 'verify'],
    ['with the goal stage, it ends there', new History().staged(1), { goal: 'stage' }, 'nothing'],
    ['what is verified is promoted', proved(), {}, 'promote'],
    ['with the goal verify, it ends there', proved(), { goal: 'verify' }, 'nothing'],
    ['with a gate, it waits', proved(GATED), {}, 'wait-for-gates'],
    ['an approval is noted once', proved(GATED).said('approved', 'bob'), {}, 'record-approved'],
    ['then it is promoted', proved(GATED).said('approved', 'bob').approved(), {}, 'promote'],
    ['a promotion under way is brought to its end first', proved().promoting(1, 1, 2), { goal: 'stage' }, 'promote'],
    ['what is live is proved live', live(), {}, 'verify'],
    ['then it settles', provedLive(live()), {}, 'settle'],
    ['what was undone begins with its rebase', live().undone(1, 2), {}, 'promote'],
    ['what was undone is not promoted by verify', live().undone(1, 2), { goal: 'verify' }, 'verify'],
    [
      'an expired approval is waited for again',
      proved(GATED).said('approved', 'bob').approved(),
      { now: toInstant(T0 + 4 * 86_400_000) },
      'wait-for-gates',
    ],
    [
      'a proof older than seven days is made again',
      proved(),
      { now: toInstant(T0 + VERIFIED_FOR_MS + 5000) },
      'verify',
    ],
    ['over is over', provedLive(live()).add(newEvent(RELEASE_EVENTS, 'release.settled', {})), {}, 'nothing'],
    [
      'given up is over',
      new History().add(newEvent(RELEASE_EVENTS, 'release.abandoned', { reason: '-' })),
      {},
      'nothing',
    ],
  ];
  test.each(rows)('%s', (_, history, question, action) => {
    expect(next(history, question).do).toBe(action);
  });
});

test('a proof counts for its generation, and to the millisecond', () => {
  const { state } = proved();
  const at = state.verified?.at ?? 0;
  expect(isProved(state, toInstant(at + VERIFIED_FOR_MS - 1))).toBe(true);
  expect(isProved(state, toInstant(at + VERIFIED_FOR_MS))).toBe(false);
  const rebased = proved().add(
    newEvent(RELEASE_EVENTS, 'release.rebased', { generation: generationOf(7), parent: null }),
  );
  expect(isProved(rebased.state, T0)).toBe(false);
});

test('a line without a step that proves goes on to promote, where phase 2 looks', () => {
  expect(next(new History({ isUnproved: true }).staged(1)).do).toBe('promote');
});

/** The world, as far as the machine can tell: what each action leaves in the journal, or that it failed. */
type Luck = 'works' | 'fails' | 'crashes' | 'rebases';

function act(history: History, action: ReleaseAction, luck: Luck, numbers: { next: number }): void {
  if (luck === 'crashes') return;
  if (luck === 'fails') {
    if (action.do !== 'promote' || history.state.phase === 'promoting') history.failed('promote');
    return;
  }
  const { candidate, promotions } = history.state;
  const number = candidate?.generation.number ?? 0;
  switch (action.do) {
    case 'stage':
      numbers.next += 1;
      history.staged(numbers.next);
      break;
    case 'verify':
      if (action.step.view === 'live') provedLive(history);
      else history.verified(number);
      break;
    case 'wait-for-gates':
      history.said('approved', 'bob');
      break;
    case 'record-approved':
      history.approved();
      break;
    case 'promote':
      numbers.next += 1;
      if (luck === 'rebases' || history.state.phase === 'undone') {
        const data = { generation: generationOf(numbers.next), parent: generationOf(numbers.next - 1) };
        history.add(newEvent(RELEASE_EVENTS, 'release.rebased', data));
      } else history.promoting(promotions + 1, number, numbers.next).live(promotions + 1, number);
      break;
    case 'settle':
      history.add(newEvent(RELEASE_EVENTS, 'release.settled', {}));
      break;
    default:
  }
}

test('whatever fails, crashes or is rebased on the way, a release that is resumed ends settled, and nothing is flipped unproved or unapproved', () => {
  const lucks = fc.array(fc.constantFrom<Luck>('works', 'fails', 'crashes', 'rebases'), { maxLength: 25 });
  fc.assert(
    fc.property(lucks, fc.boolean(), (luck, isGated) => {
      const history = new History(isGated ? GATED : {});
      const numbers = { next: 0 };
      let built = false;
      for (let turn = 0; history.state.phase !== 'settled'; turn += 1) {
        if (turn > 100) throw new Error(`it never ends: ${next(history, { built }).do}`);
        const action = next(history, { built });
        const now = luck[turn] ?? 'works';
        if (action.do === 'build') built = now === 'works';
        if (action.do === 'promote' && history.state.phase !== 'undone') {
          const { state } = history;
          expect(state.verified?.generation).toEqual(state.candidate?.generation);
          if (isGated) expect(state.approvedDigest).toBe(state.digest);
        }
        if (action.do !== 'build') act(history, action, now, numbers);
        if (now === 'crashes') built = false; // what is built is asked again by the next process
        if (history.state.failure !== undefined) history.add(newEvent(RELEASE_EVENTS, 'release.resumed', {}));
      }
      expect(history.state).toMatchObject({ phase: 'settled', failure: undefined });
    }),
    { numRuns: 200 },
  );
});
