import { SlipwayError } from '../kernel/slipway-error.ts';

/**
 * This process has as many files open as it may (EMFILE, ENFILE), so it can start no program. Raise the limit (`ulimit -n`,
 * `LimitNOFILE=` of a systemd unit), then go on with `slipway resume`.
 */
export class TooManyFilesError extends SlipwayError {
  readonly code = 'SLIP_TOO_MANY_FILES';

  constructor(program: string) {
    super(
      `${program} cannot be started: this process has as many files open as it may.`,
      'Raise the limit ("ulimit -n"), then go on with "slipway resume".',
    );
  }
}
