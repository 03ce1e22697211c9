import { EXIT } from '../kernel/exit-code.ts';
import { SlipwayError } from '../kernel/slipway-error.ts';

/** The command line cannot be understood: an unknown verb or option, or a value that is missing. `--help` lists them. */
export class UsageError extends SlipwayError {
  readonly code = 'SLIP_USAGE';
  override readonly exitCode = EXIT.usage;
}

/** What this verb does has to have a reason, because it stays on record. Give one with `--reason`. */
export class ReasonNeededError extends SlipwayError {
  readonly code = 'SLIP_REASON_NEEDED';
  override readonly exitCode = EXIT.usage;

  constructor(what: string) {
    super(`${what} needs a reason: it stays on record.`, 'Give one with --reason TEXT.');
  }
}

/** The verb changes what users see, and nobody was there to say yes. Ask again with `--yes`. */
export class NotConfirmedError extends SlipwayError {
  readonly code = 'SLIP_NOT_CONFIRMED';
  override readonly exitCode = EXIT.usage;

  constructor(what: string) {
    super(`${what} was not confirmed; nothing was done.`, 'Answer y, or give --yes where nobody can be asked.');
  }
}
