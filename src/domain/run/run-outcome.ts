import type { AttemptName, StepId } from '../../kernel/ids.ts';
import type { Instant } from '../../kernel/instant.ts';
import type { StepFailure } from '../failure/step-failure.ts';

/** How far a run came towards a goal, once nothing more can be done for it now. */
export interface RunOutcome {
  /**
   * `done`: every step of the goal has succeeded. `failed`: `failures` says why. `waiting`: a person has to decide.
   * `cancelled`: somebody asked for that. `interrupted`: the caller's signal; attempts run on, driving again goes on with them.
   */
  readonly state: 'done' | 'failed' | 'waiting' | 'cancelled' | 'interrupted';
  readonly failures: readonly FailedStep[];
  readonly waiting: readonly WaitingStep[];
  readonly cancelled: readonly { readonly step: StepId; readonly by: string; readonly reason: string }[];
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
