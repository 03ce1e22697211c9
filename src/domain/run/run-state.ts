import type { AttemptName, ReleaseId, Sha256, StepId } from '../../kernel/ids.ts';
import type { Instant } from '../../kernel/instant.ts';
import type { StepFailure } from '../failure/step-failure.ts';
import type { AttemptExit, AttemptSpec } from './attempt.ts';
import type { PlannedRun } from './run-plan.ts';
import type { StepResult } from './step-result.ts';

/** One attempt of a step, as far as the journal knows. */
export interface AttemptState {
  readonly name: AttemptName;
  /** 1, 2, 3, ... within the step; never used twice. */
  readonly number: number;
  readonly spec: AttemptSpec;
  readonly status: 'requested' | 'accepted' | 'exited' | 'lost';
  readonly requestedAt: Instant;
  readonly exit?: AttemptExit;
  readonly startedAt?: Instant;
  readonly endedAt?: Instant;
  /** lost: when the next attempt may begin by itself. */
  readonly retryAt?: Instant;
  /** Its work folder is gone. */
  readonly isCleaned: boolean;
}

export interface Request {
  readonly by: string;
  readonly reason: string;
  readonly at: Instant;
}

/** What a step was when it began. */
export interface StepBeginning {
  readonly definition: Sha256;
  readonly inputs: Readonly<Record<string, Sha256>>;
  readonly sourceDateEpoch: {
    readonly seconds: number;
    readonly from: 'environment' | 'source' | 'config' | 'planned';
  };
  readonly at: Instant;
  /** Number of the last attempt before it: later ones are its own. */
  readonly afterAttempt: number;
}

/** One step, as far as the journal knows. Whether a finished one still counts under a changed config: `step-standing.ts`. */
export interface StepState {
  readonly id: StepId;
  readonly status: 'waiting' | 'attempting' | 'succeeded' | 'failed' | 'cancelled' | 'undecided';
  /** Since when it has that status. */
  readonly since: Instant;
  readonly begun?: StepBeginning;
  /** All attempts ever, in order. */
  readonly attempts: readonly AttemptState[];
  /** Attempts with a greater number count against the step's budget: those before were spent before a person said go on. */
  readonly grantedAfter: number;
  readonly result?: StepResult & { readonly definition: Sha256 };
  /** Results under this and other definitions: bytes once recorded for a definition are the only ones it may have. */
  readonly recorded: ReadonlyMap<Sha256, StepResult>;
  /** Recorded bytes are gone from the store: they have to be made again, and be the same. */
  readonly isMissingBytes: boolean;
  readonly failure?: StepFailure & { readonly attempt?: AttemptName };
  readonly undecided?: { readonly sentence: string; readonly remedy: string };
  /** A person said that the lost attempt has done its work: its outputs are collected. */
  readonly isDeclaredDone: boolean;
  /** Somebody wants it ended; cleared when it is cancelled, finished or resumed. */
  readonly cancel?: Request;
  /** Who cancelled it and why, once it is. */
  readonly cancelled?: { readonly by: string; readonly reason: string };
}

/** State of one run: a fold over stream `run/<id>` and nothing else. */
export interface RunState {
  readonly id: ReleaseId;
  /** Seq of the last entry folded in; 0 for a run that does not exist. */
  readonly seq: number;
  /** The latest plan; undefined before `run.planned`. */
  readonly plan: PlannedRun | undefined;
  /** Every step there ever was, in order of first plan. */
  readonly steps: ReadonlyMap<StepId, StepState>;
}
