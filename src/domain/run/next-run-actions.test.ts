import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { build, planOf, RUN, type RunConfig, script } from '../../../test/support/simulated/run-config.ts';
import type { Sha256, StepId } from '../../kernel/ids.ts';
import { type Instant, toInstant } from '../../kernel/instant.ts';
import { stepFailure } from '../failure/failure-classes.ts';
import type { Entry, NewEvent } from '../journal/entry.ts';
import { newEvent } from '../journal/event-definition.ts';
import { emptyRun, foldRun, meantByCancel } from './fold-run.ts';
import { currentAttempt } from './next-for-attempt.ts';
import { nextRunActions } from './next-run-actions.ts';
import { planRun } from './plan-run.ts';
import {
  cleanedReceipt,
  collectedReceipt,
  exitedReceipt,
  failedReceipt,
  lostReceipt,
  madeReceipt,
  type Receipt,
  startedReceipt,
} from './receipts.ts';
import type { EffectAction } from './run-action.ts';
import { RUN_EVENTS } from './run-events.ts';
import { runLines } from './run-lines.ts';
import { runOutcome } from './run-outcome.ts';
import type { RunState } from './run-state.ts';
import type { StepResult } from './step-result.ts';
import { workDigest } from './step-work.ts';

const START = Date.parse('2026-11-22T09:00:00Z');

/** A run as pure rules play it: what is recorded, and a clock that only moves when told. */
class Game {
  state: RunState = emptyRun(RUN);
  now: Instant = toInstant(START);
  readonly types: string[] = [];

  record(events: readonly NewEvent[], by = 'conductor'): void {
    const entries = events.map(
      (event, i): Entry => ({
        ...event,
        stream: `run/${RUN}`,
        seq: this.state.seq + 1 + i,
        position: this.state.seq + 1 + i,
        at: this.now,
        by,
        prev: null,
      }),
    );
    this.types.push(...events.map(({ type }) => type));
    this.state = foldRun(this.state, entries);
  }

  plan(config: RunConfig): void {
    const planned = planRun(planOf(config));
    this.record([newEvent(RUN_EVENTS, 'run.planned', { run: planned, changed: [] })]);
  }

  /** Records what follows by itself; gives the effects that are left to do. */
  effects(parallelSteps: number): readonly EffectAction[] {
    for (let rounds = 0; ; rounds++) {
      if (rounds > 100) throw new Error('it records without end');
      const actions = nextRunActions(this.state, this.now, { parallelSteps }, 'build');
      const events = actions.flatMap((action) => (action.do === 'record' ? action.events : []));
      if (events.length === 0) return actions.filter((action) => action.do !== 'record');
      this.record(events);
    }
  }
}

const digest = (text: string) => Buffer.from(text).toString('hex').padEnd(64, '0').slice(-64) as Sha256;
const madeBy = (text: string): StepResult => ({ files: [], tree: digest(text), values: {} });

/** What the world may answer, chosen by a number. */
function answer(game: Game, effect: EffectAction, choice: number): void {
  if (effect.do === 'sleep') game.now = effect.until;
  else game.record(receiptOf(game, effect, choice)(game.state));
}

function receiptOf(game: Game, effect: Exclude<EffectAction, { do: 'sleep' }>, choice: number): Receipt {
  const failure = stepFailure('UNKNOWN', { run: RUN, step: effect.step }, 'the world said so');
  const times = { startedAt: game.now, endedAt: game.now };
  switch (effect.do) {
    case 'make':
      return madeReceipt(effect.step, workDigest(effect.work), choice % 5 === 0 ? failure : madeBy(effect.step));
    case 'start':
      if (choice % 7 === 0) return failedReceipt(effect.step, effect.spec.name, failure);
      return startedReceipt(effect.step, effect.spec.name);
    case 'call-off':
    case 'stop':
      return exitedReceipt(effect.step, effect.attempt, { how: 'stopped', reason: effect.reason }, times);
    case 'watch': {
      if (choice % 4 === 0) return lostReceipt(effect.step, effect.attempt, () => game.now);
      const exit = { how: 'exit', container: 'run', code: choice % 4 === 1 ? 1 : 0 } as const;
      return exitedReceipt(effect.step, effect.attempt, exit, times);
    }
    case 'collect':
      return collectedReceipt(effect.step, effect.spec.name, choice % 6 === 0 ? failure : madeBy(effect.step));
    case 'conclude':
      return failedReceipt(effect.step, effect.attempt, failure);
    case 'clean-up':
      return cleanedReceipt(effect.step, effect.attempt);
  }
}

/** What people may add in between, chosen by a number. */
function interfere(game: Game, choice: number, configs: readonly RunConfig[]): void {
  const steps = [...game.state.steps.values()];
  const step = steps[choice % Math.max(1, steps.length)];
  if (step === undefined) return;
  const kind = Math.floor(choice / 100) % 6;
  if (kind === 0) game.plan(configs[choice % configs.length] as RunConfig);
  if (kind === 1)
    game.record(
      [newEvent(RUN_EVENTS, 'cancel.requested', { step: choice % 2 === 0 ? step.id : null, reason: 'enough' })],
      'carol',
    );
  if (kind === 2 && (step.status === 'failed' || step.status === 'cancelled')) {
    game.record([newEvent(RUN_EVENTS, 'step.resumed', { step: step.id })], 'bob');
  }
  if (kind === 3 && step.status === 'undecided') {
    const decision = choice % 2 === 0 ? 'done' : 'again';
    game.record([newEvent(RUN_EVENTS, 'step.decided', { step: step.id, decision, reason: 'looked' })], 'bob');
  }
  if (kind === 4 && step.status === 'succeeded') {
    game.record([newEvent(RUN_EVENTS, 'step.bytes-missing', { step: step.id, missing: [digest('x')] })]);
  }
}

const configs = fc
  .array(fc.record({ inProcess: fc.boolean(), idempotent: fc.boolean(), inputs: fc.nat() }), {
    minLength: 1,
    maxLength: 6,
  })
  .map((rows): RunConfig => {
    const packages: Record<string, RunConfig['packages'][string]> = {};
    for (const [i, { inProcess, idempotent, inputs }] of rows.entries()) {
      const names = ['app', ...Object.keys(packages)].filter((_, bit) => (inputs >> bit) & 1);
      packages[`p${i}`] = inProcess ? build('tar', names) : script(names, { idempotent });
    }
    return { sources: { app: { kind: 'path', path: 'x' } }, packages };
  });

function expectSound(state: RunState, parallelSteps: number): void {
  const steps = [...state.steps.values()];
  const busy = steps.filter(({ status, isDeclaredDone }) => status === 'attempting' && !isDeclaredDone);
  expect(busy.length).toBeLessThanOrEqual(parallelSteps);
  const names = steps.flatMap(({ attempts }) => attempts.map(({ name }) => name));
  expect(new Set(names).size).toBe(names.length);
  for (const step of steps) {
    const live = step.attempts.filter(({ status }) => status === 'accepted');
    // One attempt of a step at a time, and none that nobody looks after.
    expect(live.length).toBeLessThanOrEqual(1);
    if (live.length === 1) expect(currentAttempt(step)?.name).toBe(live[0]?.name);
    if (live.length === 1) expect(step.status).toBe('attempting');
    expect(step.attempts.map(({ number }) => number)).toEqual(step.attempts.map((_, i) => i + 1));
  }
}

describe('the machine of steps and attempts', () => {
  test('whatever the world answers and people add: sound at every record, and it always comes to an end', () => {
    const choices = fc.array(fc.nat({ max: 100_000 }), { minLength: 10, maxLength: 150 });
    fc.assert(
      fc.property(
        fc.array(configs, { minLength: 1, maxLength: 3 }),
        choices,
        fc.integer({ min: 1, max: 3 }),
        (plans, picks, parallelSteps) => {
          const game = new Game();
          game.plan(plans[0] as RunConfig);
          for (const pick of picks) {
            if (pick % 3 === 0) interfere(game, Math.floor(pick / 3), plans);
            const effects = game.effects(parallelSteps);
            expectSound(game.state, parallelSteps);
            const effect = effects[pick % Math.max(1, effects.length)];
            if (effect !== undefined) answer(game, effect, Math.floor(pick / 7));
          }
          let rounds = 0;
          for (let effects = game.effects(parallelSteps); effects.length > 0; effects = game.effects(parallelSteps)) {
            if (rounds++ > 500) throw new Error(`it never ends: ${JSON.stringify(effects[0])}`);
            // Nothing more goes wrong, or goes wrong for ever: 2 is a good answer, 8 loses every attempt.
            answer(game, effects[0] as EffectAction, rounds % 2 === 0 ? 2 : 8);
            expectSound(game.state, parallelSteps);
          }
          const outcome = runOutcome(game.state, 'build');
          if (outcome.state === 'waiting') expect(outcome.waiting).not.toEqual([]);
          expect(runLines(game.state)).toHaveLength(game.state.plan?.steps.length ?? 0);
        },
      ),
      { numRuns: 200 },
    );
  });

  test('is a function of what is recorded: asked twice, it answers the same', () => {
    fc.assert(
      fc.property(configs, fc.integer({ min: 1, max: 3 }), (config, parallelSteps) => {
        const game = new Game();
        game.plan(config);
        const ask = () => nextRunActions(game.state, game.now, { parallelSteps }, 'build');
        expect(ask()).toEqual(ask());
      }),
    );
  });

  test('entries that were folded in already are passed over, so reading twice changes nothing', () => {
    const game = new Game();
    game.plan({ packages: { a: script() } });
    const entry: Entry = {
      ...newEvent(RUN_EVENTS, 'cancel.requested', { step: null, reason: 'x' }),
      stream: `run/${RUN}`,
      seq: 1,
      position: 1,
      at: game.now,
      by: 'carol',
      prev: null,
    };
    expect(foldRun(game.state, [entry])).toBe(game.state);
  });

  test('a cancel means what is under way and what the packages need, not steps that nobody has asked for', () => {
    const game = new Game();
    game.plan({ packages: { a: script(), b: script(['a']) } });
    game.effects(1);
    expect(meantByCancel(game.state, null).map(({ id }) => id)).toEqual(['a', 'b']);
    expect(meantByCancel(game.state, 'b' as StepId).map(({ id }) => id)).toEqual(['b']);
  });
});

describe('what a terminal shows of a run', () => {
  const at = (game: Game, step: string) => runLines(game.state).find((line) => line.step === step);

  test('each step: what it does, what it waits for and until when', () => {
    const game = new Game();
    game.plan({ packages: { a: script([], { timeoutMs: 60_000 }), b: script(), c: script(['a', 'b']) } });
    const [start] = game.effects(1);
    expect(at(game, 'a')).toMatchObject({ state: 'running', waitsFor: 'the agent', since: START });
    expect(at(game, 'b')).toMatchObject({ state: 'ready', waitsFor: 'a free core' });
    expect(at(game, 'c')).toMatchObject({ state: 'waiting', waitsFor: 'a, b' });

    answer(game, start as EffectAction, 1);
    expect(at(game, 'a')).toMatchObject({
      waitsFor: 'its commands',
      until: START + 60_000,
      attempt: 'slw-main-1.1-a-1',
    });
    game.now = toInstant(START + 5000);
    answer(game, game.effects(1)[0] as EffectAction, 4); // lost
    expect(at(game, 'a')).toMatchObject({ state: 'running', waitsFor: 'the next attempt', until: START + 35_000 });
    answer(game, game.effects(1)[0] as EffectAction, 0); // sleeps until then
    for (let i = 0; i < 3; i++) answer(game, game.effects(1)[0] as EffectAction, 2);
    expect(at(game, 'a')).toMatchObject({ state: 'done', attemptNumber: 2, tookMs: 35_000 });
  });
});
