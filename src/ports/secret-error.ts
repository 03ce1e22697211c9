import { EXIT } from '../kernel/exit-code.ts';
import { SlipwayError } from '../kernel/slipway-error.ts';

/**
 * A secret that the config refers to cannot be read: the variable is not set, the file is not there, empty, no text or not
 * readable for this user. Set the variable for the process that runs Slipway (a server has an environment of its own), or
 * correct the path or its owner; then run the same command again.
 */
export class SecretMissingError extends SlipwayError {
  readonly code = 'SLIP_SECRET_MISSING';
  override readonly exitCode = EXIT.usage;

  constructor(reference: string, problem: string, remedy: string, options?: ErrorOptions) {
    super(`The secret ${reference} cannot be read: ${problem}.`, remedy, options);
  }
}
