import type { AttemptName, Sha256, StepId } from '../../kernel/ids.ts';
import { stepFailure } from '../failure/failure-classes.ts';
import type { StepFailure } from '../failure/step-failure.ts';
import type { NewEvent } from '../journal/entry.ts';
import { newEvent } from '../journal/event-definition.ts';
import type { AttemptExit } from './attempt.ts';
import { attemptLost, currentAttempt } from './next-for-attempt.ts';
import { RUN_EVENTS } from './run-events.ts';
import type { AttemptState, RunState, StepState } from './run-state.ts';
import { failedStep, succeededStep } from './step-endings.ts';
import type { StepResult } from './step-result.ts';

/**
 * Receipts: what is recorded when an effect has come to its end. Each looks at the state as it is by then. What is no news
 * any more (the step was cancelled, its attempt is another one) gives no event.
 */
export type Receipt = (state: RunState) => readonly NewEvent[];

/** Of a step made in this process: `definition` says which beginning it belongs to. */
export const madeReceipt =
  (id: StepId, definition: Sha256, made: StepResult | StepFailure): Receipt =>
  (state) => {
    const step = state.steps.get(id);
    const isNews = step?.status === 'attempting' && step.begun?.definition === definition && step.cancel === undefined;
    return isNews && currentAttempt(step) === undefined ? [ended(state, step, made)] : [];
  };

/** Of the outputs of an attempt. */
export const collectedReceipt =
  (id: StepId, attempt: AttemptName, made: StepResult | StepFailure): Receipt =>
  (state) => {
    const step = underWay(state, id, attempt, ['exited', 'lost']);
    return step === undefined || step.cancel !== undefined ? [] : [ended(state, step, made, attempt)];
  };

/** Of handing an attempt over. `failure`: it never began. */
export const startedReceipt =
  (id: StepId, attempt: AttemptName): Receipt =>
  (state) => {
    const step = underWay(state, id, attempt, ['requested']);
    return step === undefined ? [] : [newEvent(RUN_EVENTS, 'attempt.accepted', { step: id, attempt })];
  };

export const exitedReceipt =
  (id: StepId, attempt: AttemptName, exit: AttemptExit, times: { startedAt: number; endedAt: number }): Receipt =>
  (state) => {
    const step = underWay(state, id, attempt, ['requested', 'accepted']);
    return step === undefined ? [] : [newEvent(RUN_EVENTS, 'attempt.exited', { step: id, attempt, exit, ...times })];
  };

export const lostReceipt =
  (id: StepId, attempt: AttemptName, now: () => AttemptState['requestedAt']): Receipt =>
  (state) => {
    const step = underWay(state, id, attempt, ['requested', 'accepted']);
    const current = step === undefined ? undefined : currentAttempt(step);
    if (step === undefined || current === undefined) return [];
    const planned = state.plan?.steps.find((candidate) => candidate.id === id);
    return attemptLost(state.id, step, {
      attempt: current,
      planned: planned?.kind === 'script' ? planned : undefined,
      now: now(),
    });
  };

/** Of an attempt that failed, or never could begin. */
export const failedReceipt =
  (id: StepId, attempt: AttemptName, failure: StepFailure): Receipt =>
  (state) => {
    const step = underWay(state, id, attempt, ['requested', 'exited']);
    return step === undefined || step.cancel !== undefined ? [] : [failedStep(step, failure, attempt)];
  };

export const cleanedReceipt =
  (id: StepId, attempt: AttemptName, problem?: string): Receipt =>
  (state) => {
    const isDirty = state.steps.get(id)?.attempts.some(({ name, isCleaned }) => name === attempt && !isCleaned);
    const data = { step: id, attempt, ...(problem === undefined ? {} : { problem }) };
    return isDirty === true ? [newEvent(RUN_EVENTS, 'attempt.cleaned', data)] : [];
  };

function underWay(
  state: RunState,
  id: StepId,
  attempt: AttemptName,
  statuses: readonly AttemptState['status'][],
): StepState | undefined {
  const step = state.steps.get(id);
  if (step?.status !== 'attempting') return undefined;
  const current = currentAttempt(step);
  return current?.name === attempt && statuses.includes(current.status) ? step : undefined;
}

function ended(state: RunState, step: StepState, made: StepResult | StepFailure, attempt?: AttemptName): NewEvent {
  if ('class' in made) return failedStep(step, made, attempt);
  const before = step.begun === undefined ? undefined : step.recorded.get(step.begun.definition);
  const difference = before === undefined ? undefined : bytesChanged(before, made);
  if (difference === undefined) return succeededStep(step, made, attempt);
  return failedStep(step, stepFailure('BYTES_CHANGED', { run: state.id, step: step.id }, difference), attempt);
}

/** Bytes recorded for a definition are the only ones it may have; a sentence says how these differ. */
function bytesChanged(before: StepResult, after: StepResult): string | undefined {
  for (const { fileName, sha256 } of before.files) {
    const now = after.files.find((file) => file.fileName === fileName)?.sha256;
    if (now === undefined) return `It made ${fileName} before and does not now.`;
    if (now !== sha256)
      return `It made ${fileName} with other bytes: ${short(sha256)} is recorded, ${short(now)} came now.`;
  }
  if (before.tree === after.tree) return undefined;
  return `It made other files than before: ${short(before.tree)} is recorded, ${short(after.tree)} came now.`;
}

const short = (sha256: Sha256): string => `sha256 ${sha256.slice(0, 12)}`;
