import { EXIT } from '../../kernel/exit-code.ts';
import type { ReleaseId, StepId } from '../../kernel/ids.ts';
import { SlipwayError } from '../../kernel/slipway-error.ts';
import type { LeaseHolder } from '../../ports/journal.ts';

/**
 * Another process is conducting this run; two would do the same things twice. Watch it with `slipway status`, end it with
 * `slipway cancel`, or wait: should that process die, the next command takes over at once.
 */
export class RunHeldError extends SlipwayError {
  readonly code = 'SLIP_RUN_HELD';
  override readonly exitCode = EXIT.refused;

  constructor(run: ReleaseId, holder: LeaseHolder | undefined) {
    const who = holder === undefined ? 'another process' : `process ${holder.pid} on ${holder.host}`;
    super(
      `Run ${run} is conducted by ${who}.`,
      `Watch it with "slipway status ${run}", or end it with "slipway cancel ${run} --reason TEXT".`,
    );
  }
}

/** No run of that id is in this journal. `slipway list` shows the releases that are; `--state` names another journal. */
export class RunUnknownError extends SlipwayError {
  readonly code = 'SLIP_RUN_UNKNOWN';
  override readonly exitCode = EXIT.usage;

  constructor(run: ReleaseId) {
    super(`There is no run ${run} in this journal.`, 'Look it up with "slipway list".');
  }
}

/** The run has no step of that name. Its steps are its packages, `fetch:SOURCE` for each source, and the config's own steps. */
export class StepUnknownError extends SlipwayError {
  readonly code = 'SLIP_STEP_UNKNOWN';
  override readonly exitCode = EXIT.usage;

  constructor(run: ReleaseId, step: StepId, known: readonly StepId[]) {
    super(`Run ${run} has no step ${step}.`, `Name one of: ${known.join(', ')}.`);
  }
}

/** Only a step whose attempt was lost waits for `--done` or `--again`; this one does not. Nothing was changed. */
export class StepNotUndecidedError extends SlipwayError {
  readonly code = 'SLIP_STEP_NOT_UNDECIDED';
  override readonly exitCode = EXIT.refused;

  constructor(run: ReleaseId, step: StepId, status: string) {
    super(
      `Step ${step} of ${run} is ${status}: there is nothing to decide about it.`,
      `See what it needs with "slipway status ${run}"; a failed step goes on with "slipway resume ${run}".`,
    );
  }
}
