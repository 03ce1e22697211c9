import { EXIT } from '../kernel/exit-code.ts';
import type { AttemptName } from '../kernel/ids.ts';
import { SlipwayError } from '../kernel/slipway-error.ts';

/**
 * An attempt of this name exists already and was started with other commands, inputs or settings. Nothing was started.
 * Either the journal is a copy or restored from a backup and the attempt belongs to the other one, or somebody changed the
 * attempt's folder. Find out which; remove the folder only when you know that nothing of it is needed.
 */
export class AttemptDiffersError extends SlipwayError {
  readonly code = 'SLIP_ATTEMPT_DIFFERS';
  override readonly exitCode = EXIT.refused;

  constructor(name: AttemptName, where: string, options?: ErrorOptions) {
    const happened = `Attempt ${name} exists already (${where}) and was started with another definition. Nothing was started.`;
    super(happened, 'Check that --state names the right folder and that the journal in it is not a copy.', options);
  }
}

/** Outputs of an attempt were asked for, or its work folder was to be removed, while it is still running. Cancel it first, or wait for its end. */
export class AttemptRunningError extends SlipwayError {
  readonly code = 'SLIP_ATTEMPT_RUNNING';
  override readonly exitCode = EXIT.refused;

  constructor(name: AttemptName, options?: ErrorOptions) {
    super(
      `Attempt ${name} is still running: its work folder is its own.`,
      'Wait for its end, or cancel the step.',
      options,
    );
  }
}
