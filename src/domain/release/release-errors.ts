import { EXIT } from '../../kernel/exit-code.ts';
import { formatInstant, type Instant } from '../../kernel/instant.ts';
import { SlipwayError } from '../../kernel/slipway-error.ts';

/**
 * The line has a release that is not over. A line has at most one open release, so that a retry can never become a second
 * version. Go on with it (`slipway resume`), or give it up (`slipway abandon`).
 */
export class ReleaseOpenError extends SlipwayError {
  readonly code = 'SLIP_RELEASE_OPEN';
  override readonly exitCode = EXIT.refused;

  constructor(line: string, open: string, options?: ErrorOptions) {
    super(
      `Line ${line} has an open release: ${open}. No other can begin.`,
      `Go on with "slipway resume ${open}", or give it up with "slipway abandon ${open} --reason TEXT".`,
      options,
    );
  }
}

/** No release of that id is in this journal. `slipway list` shows those that are; `--state` names another journal. */
export class ReleaseNotFoundError extends SlipwayError {
  readonly code = 'SLIP_RELEASE_NOT_FOUND';
  override readonly exitCode = EXIT.usage;

  constructor(id: string, known: readonly string[]) {
    const some = known.length === 0 ? 'The journal holds no release yet.' : `It holds ${known.slice(-5).join(', ')}.`;
    super(`There is no release ${id} in this journal. ${some}`, 'Look it up with "slipway list".');
  }
}

/** No line of that name is in the config. The message lists those that are: name one of them, or add the line to the file. */
export class LineUnknownError extends SlipwayError {
  readonly code = 'SLIP_LINE_UNKNOWN';
  override readonly exitCode = EXIT.usage;

  constructor(line: string, known: readonly string[]) {
    super(`There is no line ${line} in the config.`, `Name one of: ${known.join(', ')}.`);
  }
}

/** The verb does not fit the state the release is in; nothing was changed. The remedy names the verb that does. */
export class WrongStateError extends SlipwayError {
  readonly code = 'SLIP_RELEASE_STATE';
  override readonly exitCode = EXIT.refused;
}

/**
 * The version was allocated before, or is not greater than one that was. Versions are spent for ever, also by a failed,
 * undone or abandoned release. Name a greater one.
 */
export class VersionRefusedError extends SlipwayError {
  readonly code = 'SLIP_VERSION_REFUSED';
  override readonly exitCode = EXIT.refused;
}

/**
 * A file of that name is already what users of the channel get, from another release. Bytes never change under a name:
 * release a new version.
 */
export class NameTakenError extends SlipwayError {
  readonly code = 'SLIP_NAME_TAKEN';
  override readonly exitCode = EXIT.refused;
}

/**
 * The channel already holds packages that this journal's line knows nothing of, so the next number is not known. Say it
 * once with `--version`; from then on the line counts by itself.
 */
export class FirstVersionNeededError extends SlipwayError {
  readonly code = 'SLIP_VERSION_NEEDED';
  override readonly exitCode = EXIT.refused;

  constructor(line: string, channel: string, packages: number) {
    super(
      `Line ${line} has no version yet, but channel ${channel} already holds ${packages} packages.`,
      `Say which version this is: "slipway plan ${line} --version V", greater than what is there.`,
    );
  }
}

/**
 * The origin was last written by another journal, or by a later state of this one (a restored or copied journal). Going on
 * could give out a number twice. Use the journal that wrote it (`--state`), or bring it back from its backup.
 */
export class JournalOutrunError extends SlipwayError {
  readonly code = 'SLIP_JOURNAL_OUTRUN';
  override readonly exitCode = EXIT.refused;
}

/**
 * The digest given is not that of the plan as it stands now: somebody staged again after you looked. Look at
 * `slipway show` and `slipway diff`, then approve the current digest.
 */
export class DigestNotCurrentError extends SlipwayError {
  readonly code = 'SLIP_APPROVAL_DIGEST';
  override readonly exitCode = EXIT.refused;

  constructor(id: string, given: string, current: string) {
    super(
      `The plan of ${id} is ${current.slice(0, 12)} now, not ${given.slice(0, 12)}.`,
      `Look at "slipway show ${id}", then approve --digest ${current.slice(0, 12)}.`,
    );
  }
}

/** The person may not speak at this gate: not among its approvers, or the release is their own. */
export class NotApproverError extends SlipwayError {
  readonly code = 'SLIP_APPROVAL_PERSON';
  override readonly exitCode = EXIT.refused;
}

/** The verb needs to know which gate is meant, or the line has no such gate. */
export class GateUnknownError extends SlipwayError {
  readonly code = 'SLIP_GATE_UNKNOWN';
  override readonly exitCode = EXIT.usage;
}

/**
 * The channel's pointer is not where the journal says it must be: somebody promoted after this release, or moved the
 * pointer by hand. Nothing was changed. Look at `slipway status` and at the origin.
 */
export class PointerNotOursError extends SlipwayError {
  readonly code = 'SLIP_POINTER_NOT_OURS';
  override readonly exitCode = EXIT.refused;
}

/** Another process is working on the release or on its target. Wait for it, or follow it with `slipway status`. */
export class HeldElsewhereError extends SlipwayError {
  readonly code = 'SLIP_HELD';
  override readonly exitCode = EXIT.refused;
}

/**
 * Another release began to move the channel's pointer and its conductor ended before the receipt, so nobody knows yet
 * whether users see it. Nothing was changed. Go on with that one first (`slipway resume` or `slipway undo`).
 */
export class PointerUnderWayError extends SlipwayError {
  readonly code = 'SLIP_POINTER_UNDER_WAY';
  override readonly exitCode = EXIT.refused;

  constructor(channel: string, release: string, kind: 'flip' | 'undo') {
    super(
      `The ${kind === 'flip' ? 'promotion' : 'undo'} of ${release} began to move the pointer of channel ${channel} and has no receipt yet.`,
      kind === 'flip'
        ? `First "slipway resume ${release}", or "slipway undo ${release}".`
        : `First "slipway resume ${release}", which goes on with it.`,
    );
  }
}

/**
 * What users see is dated later than this machine's clock, which was set back or is wrong. Clients refuse an index from the
 * future and one that is older than theirs, so nothing was written. Correct the clock, then `slipway resume`.
 */
export class ClockBehindError extends SlipwayError {
  readonly code = 'SLIP_CLOCK_BEHIND';
  override readonly exitCode = EXIT.refused;

  constructor(channel: string, date: Instant, now: Instant) {
    super(
      `The next generation of channel ${channel} would be dated ${formatInstant(date)}, but the clock says ${formatInstant(now)}.`,
      'Correct the clock of this machine (see "timedatectl"), then go on with "slipway resume".',
    );
  }
}

/** The candidate is older than `stage.keep` allows, or its bytes are gone. Stage it again; approvals lapse. */
export class CandidateExpiredError extends SlipwayError {
  readonly code = 'SLIP_CANDIDATE_EXPIRED';
  override readonly exitCode = EXIT.refused;
}
