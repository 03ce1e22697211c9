import { EXIT } from '../../kernel/exit-code.ts';
import { SlipwayError } from '../../kernel/slipway-error.ts';

/**
 * Steps of the run need each other in a circle, through `inputs` or through templates such as
 * `${{ packages.war.sha256 }}`. None of them could ever begin. Take one of the named links out.
 */
export class StepCycleError extends SlipwayError {
  readonly code = 'SLIP_STEP_CYCLE';
  override readonly exitCode = EXIT.usage;

  constructor(steps: readonly string[]) {
    super(
      `Steps need each other in a circle: ${steps.join(' -> ')}.`,
      'Take one of them out of the other\'s "inputs" or templates.',
    );
  }
}

/** A step names an input, a source or an agent that the config does not have, or cannot have on this machine. */
export class StepUnfitError extends SlipwayError {
  readonly code = 'SLIP_STEP_UNFIT';
  override readonly exitCode = EXIT.usage;
}
