import { createHash } from 'node:crypto';
import type { ReleaseId, Sha256 } from '../../kernel/ids.ts';
import { type Instant, toInstant } from '../../kernel/instant.ts';
import { canonicalJson, type JsonValue } from '../../kernel/json.ts';
import { stepFailure } from '../failure/failure-classes.ts';
import type { NewEvent } from '../journal/entry.ts';
import { newEvent } from '../journal/event-definition.ts';
import type { AttemptSpec } from './attempt.ts';
import { attemptName } from './attempt-name.ts';
import type { EffectAction, RecordAction, RunAction } from './run-action.ts';
import { RUN_EVENTS } from './run-events.ts';
import type { ScriptStep } from './run-plan.ts';
import type { AttemptState, StepState } from './run-state.ts';
import { cancelledStep, failedStep, outdatedStep } from './step-endings.ts';

/** The attempt of the step's latest beginning; undefined for a step that is made in this process. */
export function currentAttempt(step: StepState): AttemptState | undefined {
  const last = step.attempts.at(-1);
  return last !== undefined && last.number > (step.begun?.afterAttempt ?? 0) ? last : undefined;
}

/** What a step under way on an agent asks for. `isWanted`: its definition is still that of the plan. */
export function nextForAttempt(
  run: ReleaseId,
  step: StepState,
  {
    attempt,
    isWanted,
    makes,
    now,
  }: { attempt: AttemptState; isWanted: boolean; makes: ScriptStep['makes']; now: Instant },
): readonly RunAction[] {
  const unwanted = step.cancel?.reason ?? (isWanted ? undefined : 'its definition has changed');
  const ids = { step: step.id, attempt: attempt.name };
  switch (attempt.status) {
    case 'requested':
      if (unwanted !== undefined) return [{ do: 'call-off', ...ids, reason: unwanted }];
      return [{ do: 'start', step: step.id, spec: attempt.spec }];
    case 'accepted': {
      const watch: EffectAction = { do: 'watch', ...ids };
      return unwanted === undefined ? [watch] : [watch, { do: 'stop', ...ids, reason: unwanted }];
    }
    case 'exited':
    case 'lost':
      if (unwanted !== undefined) return [ending(step, attempt)];
      return attempt.status === 'exited'
        ? [afterExit(step, attempt, makes)]
        : afterLoss(run, step, attempt, makes, now);
  }
}

const ending = (step: StepState, attempt: AttemptState): RecordAction => ({
  do: 'record',
  step: step.id,
  events: [step.cancel === undefined ? outdatedStep(step) : cancelledStep(step, attempt.name)],
});

function afterExit(step: StepState, attempt: AttemptState, makes: ScriptStep['makes']): RunAction {
  const { exit, spec, name } = attempt;
  if (exit?.how === 'exit' && exit.code === 0) return { do: 'collect', step: step.id, spec, makes };
  return { do: 'conclude', step: step.id, attempt: name, exit: exit ?? { how: 'stopped', reason: 'unknown' } };
}

function afterLoss(
  run: ReleaseId,
  step: StepState,
  { spec, retryAt }: AttemptState,
  makes: ScriptStep['makes'],
  now: Instant,
): readonly RunAction[] {
  if (step.isDeclaredDone) return [{ do: 'collect', step: step.id, spec, makes }];
  if (retryAt === undefined) return [];
  if (now < retryAt) return [{ do: 'sleep', step: step.id, until: retryAt }];
  return [{ do: 'record', step: step.id, events: [requestAttempt(run, step, spec)] }];
}

/** The intent of the step's next attempt. Its number was never used before, so its name is new. */
export function requestAttempt(run: ReleaseId, step: StepState, work: Omit<AttemptSpec, 'name'>): NewEvent {
  const number = (step.attempts.at(-1)?.number ?? 0) + 1;
  const name = attemptName(run, step.id, number);
  const spec: AttemptSpec = { ...work, name };
  const specDigest = createHash('sha256')
    .update(canonicalJson(spec as unknown as JsonValue))
    .digest('hex') as Sha256;
  return newEvent(RUN_EVENTS, 'attempt.requested', { step: step.id, attempt: name, number, specDigest, spec });
}

/**
 * The agent of an attempt died. A step that may run twice gets its next attempt after a pause that doubles, as long as its
 * budget lasts; any other waits for a person, since nobody knows whether its commands took effect.
 */
export function attemptLost(
  run: ReleaseId,
  step: StepState,
  { attempt, planned, now }: { attempt: AttemptState; planned: ScriptStep | undefined; now: Instant },
): readonly NewEvent[] {
  const lost = (retryAt: Instant | null) =>
    newEvent(RUN_EVENTS, 'attempt.lost', { step: step.id, attempt: attempt.name, retryAt });
  if (step.cancel !== undefined) return [lost(null)];
  // The plan has no such script any more: there is nothing to try again, and its core is free.
  if (planned === undefined) return [lost(null), outdatedStep(step)];
  if (!planned.idempotent) return [lost(null), undecided(run, step, attempt)];

  const { attempts, delayMs, maxDelayMs } = planned.retry;
  const used = attempt.number - step.grantedAfter;
  if (used < attempts) return [lost(toInstant(now + Math.min(maxDelayMs, delayMs * 2 ** (used - 1))))];
  const sentence = `${used === 1 ? 'Its attempt was' : `All ${used} attempts were`} lost: the agent died, the last time under ${attempt.name}.`;
  return [lost(null), failedStep(step, stepFailure('ATTEMPTS_LOST', { run, step: step.id }, sentence), attempt.name)];
}

const undecided = (run: ReleaseId, step: StepState, attempt: AttemptState): NewEvent =>
  newEvent(RUN_EVENTS, 'step.undecided', {
    step: step.id,
    attempt: attempt.name,
    sentence: `${attempt.name} is lost: its agent died, and it may not run twice (idempotent: false). Nobody knows whether its commands took effect.`,
    remedy: `Look ("slipway logs ${run}/${step.id}"), then "slipway resume ${run} --step ${step.id} --done --reason TEXT" if it did its work, else --again.`,
  });
