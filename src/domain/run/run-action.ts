import type { AttemptName, StepId } from '../../kernel/ids.ts';
import type { Instant } from '../../kernel/instant.ts';
import type { NewEvent } from '../journal/entry.ts';
import type { AttemptExit, AttemptSpec } from './attempt.ts';
import type { StepWork } from './step-work.ts';

/** Facts that follow from what is known: to be appended before anything else is done. */
export interface RecordAction {
  readonly do: 'record';
  readonly step: StepId;
  readonly events: readonly NewEvent[];
}

/** Something to be done in the world, whose receipt is then recorded. Doing one twice is the same as once. */
export type EffectAction =
  /** In this process: fetch a source, take a package from one, build one. Done again from the start when its receipt is missing. */
  | { readonly do: 'make'; readonly step: StepId; readonly work: Exclude<StepWork, { kind: 'script' }> }
  /** Hand the attempt to its agent. */
  | { readonly do: 'start'; readonly step: StepId; readonly spec: AttemptSpec }
  /** Find out whether an attempt that is not wanted any more was ever handed over. */
  | { readonly do: 'call-off'; readonly step: StepId; readonly attempt: AttemptName; readonly reason: string }
  /** Wait for its exit. */
  | { readonly do: 'watch'; readonly step: StepId; readonly attempt: AttemptName }
  | { readonly do: 'stop'; readonly step: StepId; readonly attempt: AttemptName; readonly reason: string }
  /** Bring its outputs into the store and read them back. */
  | { readonly do: 'collect'; readonly step: StepId; readonly spec: AttemptSpec; readonly makes: 'packages' | 'files' }
  /** Read what it said last, and record why it failed. */
  | { readonly do: 'conclude'; readonly step: StepId; readonly attempt: AttemptName; readonly exit: AttemptExit }
  | { readonly do: 'clean-up'; readonly step: StepId; readonly attempt: AttemptName }
  /** Nothing before that time. */
  | { readonly do: 'sleep'; readonly step: StepId; readonly until: Instant };

export type RunAction = RecordAction | EffectAction;

/** What a run is driven to: the line's packages, one step, or only the end of what was cancelled. */
export type RunGoal = 'build' | 'cancelled' | StepId;

export interface RunLimits {
  /** Steps under way at the same time. */
  readonly parallelSteps: number;
}
