import type { AttemptName, StepId } from '../../kernel/ids.ts';
import type { Instant } from '../../kernel/instant.ts';
import type { StepFailure } from '../failure/step-failure.ts';
import { stepsOfGoal } from './next-run-actions.ts';
import type { RunGoal } from './run-action.ts';
import type { RunState, StepState } from './run-state.ts';
import { standings } from './step-standing.ts';

/** How far a run came towards a goal, once nothing more can be done for it now. */
export interface RunOutcome {
  /**
   * `done`: every step of the goal has succeeded. `failed`: `failures` says why. `cancelled`: somebody asked for that.
   * `waiting`: a person has to decide. `interrupted`: the caller's signal; attempts run on, driving again goes on with them.
   */
  readonly state: 'done' | 'failed' | 'cancelled' | 'waiting' | 'interrupted';
  readonly failures: readonly FailedStep[];
  readonly waiting: readonly WaitingStep[];
  readonly cancelled: readonly CancelledStep[];
}

export interface FailedStep extends StepFailure {
  readonly step: StepId;
  readonly attempt?: AttemptName;
}

export interface WaitingStep {
  readonly step: StepId;
  readonly attempt?: AttemptName;
  readonly since: Instant;
  readonly sentence: string;
  readonly remedy: string;
}

export interface CancelledStep {
  readonly step: StepId;
  readonly by: string;
  readonly reason: string;
}

/** What stands between the run and its goal. A failure weighs more than a cancelled step, that more than a question. */
export function runOutcome(state: RunState, goal: Exclude<RunGoal, 'cancelled'>): RunOutcome {
  const wanted = stepsOfGoal(state, goal);
  const standing = standings(state);
  const steps = [...state.steps.values()].filter((step) => wanted.has(step.id));
  const failures = steps.flatMap(failedStep);
  const waiting = steps.flatMap(waitingStep);
  const cancelled = steps.flatMap(({ id, cancelled: how }) => (how === undefined ? [] : [{ step: id, ...how }]));
  const isDone = state.plan !== undefined && [...wanted].every((id) => standing.get(id)?.is === 'done');
  return { state: isDone ? 'done' : stateOf({ failures, cancelled }), failures, waiting, cancelled };
}

function stateOf({ failures, cancelled }: Pick<RunOutcome, 'failures' | 'cancelled'>): RunOutcome['state'] {
  if (failures.length > 0) return 'failed';
  return cancelled.length > 0 ? 'cancelled' : 'waiting';
}

const failedStep = ({ id, failure }: StepState): readonly FailedStep[] =>
  failure === undefined ? [] : [{ step: id, ...failure }];

function waitingStep(step: StepState): readonly WaitingStep[] {
  const attempt = step.attempts.at(-1)?.name;
  if (step.undecided === undefined) return [];
  return [{ step: step.id, ...(attempt === undefined ? {} : { attempt }), since: step.since, ...step.undecided }];
}
