import type { AttemptName, StepId } from '../../kernel/ids.ts';
import type { Instant } from '../../kernel/instant.ts';
import type { PlannedStep } from './run-plan.ts';
import type { AttemptState, RunState, StepState } from './run-state.ts';
import { type Standing, standings } from './step-standing.ts';

/** One step as a row for people: what it does, since when, what it waits for and until when at the latest. */
export interface StepLine {
  readonly step: StepId;
  readonly kind: PlannedStep['kind'];
  readonly state: 'waiting' | 'ready' | 'running' | 'done' | 'failed' | 'cancelled' | 'undecided';
  /** Since when it runs; since when it is over; undefined while it waits. */
  readonly since?: Instant;
  /** How long the latest beginning took, once it is over. */
  readonly tookMs?: number;
  /** `fetch:app, deb`, `a free core`, `the next attempt`, `your decision`. */
  readonly waitsFor?: string;
  /** When that is over at the latest: a time-out, the next attempt. */
  readonly until?: Instant;
  /** Whose log to show. */
  readonly attempt?: AttemptName;
  readonly attemptNumber?: number;
}

/** All steps of the plan as rows, in the order of the plan. */
export function runLines(state: RunState): readonly StepLine[] {
  const standing = standings(state);
  return (state.plan?.steps ?? []).flatMap((planned) => {
    const step = state.steps.get(planned.id);
    const stands = standing.get(planned.id);
    return step === undefined || stands === undefined ? [] : [stepLine(planned, step, stands)];
  });
}

function stepLine(planned: PlannedStep, step: StepState, stands: Standing): StepLine {
  const attempt = step.attempts.at(-1);
  const row = {
    step: step.id,
    kind: planned.kind,
    ...(attempt === undefined ? {} : { attempt: attempt.name, attemptNumber: attempt.number }),
  };
  switch (stands.is) {
    case 'done':
    case 'failed':
    case 'cancelled':
      return { ...row, state: stands.is, since: step.since, ...took(step) };
    case 'undecided':
      return { ...row, state: 'undecided', since: step.since, waitsFor: 'your decision' };
    case 'blocked':
      return { ...row, state: 'waiting', waitsFor: stands.on.join(', ') };
    case 'ready':
    case 'unfit':
      return { ...row, state: 'ready', waitsFor: 'a free core' };
    case 'attempting':
      return { ...row, state: 'running', since: step.begun?.at ?? step.since, ...whatItWaitsFor(planned, attempt) };
  }
}

const took = ({ begun, since }: StepState): { tookMs?: number } =>
  begun === undefined ? {} : { tookMs: Math.max(0, since - begun.at) };

/** A running step ends by its time-out at the latest; a lost one waits for its next attempt. */
function whatItWaitsFor(planned: PlannedStep, attempt: AttemptState | undefined): Pick<StepLine, 'waitsFor' | 'until'> {
  if (planned.kind !== 'script' || attempt === undefined) return {};
  switch (attempt.status) {
    case 'requested':
      return { waitsFor: 'the agent' };
    case 'accepted':
      return { waitsFor: 'its commands', until: (attempt.requestedAt + attempt.spec.timeoutMs) as Instant };
    case 'exited':
      return { waitsFor: 'its outputs' };
    case 'lost':
      return attempt.retryAt === undefined ? {} : { waitsFor: 'the next attempt', until: attempt.retryAt };
  }
}
