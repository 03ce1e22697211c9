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
    super(`"slipway ${what}" needs a reason: it stays on record.`, 'Give one with --reason TEXT.');
  }
}

/**
 * The verb changes what users see, or gives something up for ever, and nobody said yes. Nothing was done. Answer `y`, or
 * give `--yes` where nobody can be asked, as in CI.
 */
export class NotConfirmedError extends SlipwayError {
  readonly code = 'SLIP_NOT_CONFIRMED';
  override readonly exitCode = EXIT.usage;

  constructor(what: string, isAlone: boolean) {
    super(
      isAlone
        ? `"${what}?" could not be asked: there is no terminal. Nothing was done.`
        : `"${what}?" was not answered with yes. Nothing was done.`,
      isAlone ? 'Give --yes where nobody can be asked.' : 'Answer y, or give --yes.',
    );
  }
}

/**
 * Somebody pressed Ctrl-C, or the process was told to end. What was begun goes on or is recorded as begun; nothing is lost.
 * `slipway status` says where it is, `slipway resume` goes on.
 */
export class InterruptedError extends SlipwayError {
  readonly code = 'SLIP_INTERRUPTED';
  override readonly exitCode = EXIT.interrupted;

  constructor() {
    super('Interrupted.', 'See where it is with "slipway status".');
  }
}
