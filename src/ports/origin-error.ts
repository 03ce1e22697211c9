import { EXIT } from '../kernel/exit-code.ts';
import type { Sha256 } from '../kernel/ids.ts';
import { SlipwayError } from '../kernel/slipway-error.ts';

/**
 * A file that users of the channel have seen would get other bytes. Bytes never change under a name: nothing was written.
 * Release a new version; the name stays taken also when its package is no longer listed.
 */
export class BytesChangedError extends SlipwayError {
  readonly code = 'SLIP_BYTES_CHANGED';
  override readonly exitCode = EXIT.refused;

  constructor(path: string, seen: Sha256, offered: Sha256, options?: ErrorOptions) {
    super(
      `${path} has been seen by users with sha256 ${seen}; now it would be ${offered}. Nothing was written.`,
      'Bytes never change under a name: release a new version.',
      options,
    );
  }
}

/**
 * The channel has no sealed generation of that number: it was never written to its end, or it was swept. Stage the release
 * again.
 */
export class GenerationNotSealedError extends SlipwayError {
  readonly code = 'SLIP_GENERATION_NOT_SEALED';
  override readonly exitCode = EXIT.refused;

  constructor(channel: string, number: number, root: string, options?: ErrorOptions) {
    super(
      `There is no sealed generation ${number} of channel ${channel} under ${root}.`,
      'Stage its release again with "slipway stage", then go on.',
      options,
    );
  }
}

/**
 * A generation of that number exists and holds something else. Numbers are given out once by the journal, so another
 * journal has written to this origin, or the journal was brought back from an older copy. Use the journal that wrote it.
 */
export class GenerationTakenError extends SlipwayError {
  readonly code = 'SLIP_GENERATION_TAKEN';
  override readonly exitCode = EXIT.refused;

  constructor(channel: string, number: number, there: string, wanted: string) {
    super(
      `Generation ${number} of channel ${channel} exists already, of ${there}, and differs from the one to be written for ${wanted}.`,
      'Numbers come from the journal: use the journal that wrote this origin (--state), or bring it back from its backup.',
    );
  }
}

/**
 * The channel's pointer is not where it was when this move was decided: somebody promoted or undid in between. Nothing was
 * changed. Look at `slipway status`, then decide again.
 */
export class PointerMovedError extends SlipwayError {
  readonly code = 'SLIP_POINTER_MOVED';
  override readonly exitCode = EXIT.refused;

  constructor(channel: string, expected: number | null, there: number | null, wanted: number) {
    super(
      `The pointer of channel ${channel} shows ${say(there)}, not ${say(expected)}, so it was not moved to generation ${wanted}.`,
      'Look at "slipway status"; "slipway resume" decides again from what is there.',
    );
  }
}

const say = (number: number | null): string => (number === null ? 'nothing' : `generation ${number}`);

/**
 * A pointer only moves to a higher number, so that clients never go back to an older index; an undo gets a new number. The
 * number asked for is not higher. Nothing was changed.
 */
export class PointerBackwardsError extends SlipwayError {
  readonly code = 'SLIP_POINTER_BACKWARDS';
  override readonly exitCode = EXIT.refused;

  constructor(channel: string, highest: number, wanted: number) {
    super(
      `Channel ${channel} has shown generation ${highest}; it cannot move to generation ${wanted}.`,
      'Write the old content as a new generation: "slipway undo" does.',
    );
  }
}

/**
 * A conductor that came later has worked on this channel, so this one must not move its pointer any more: it was frozen, or
 * cut off, for longer than its lease. Nothing was changed. The later conductor goes on; look at `slipway status`.
 */
export class OriginFencedError extends SlipwayError {
  readonly code = 'SLIP_ORIGIN_FENCED';
  override readonly exitCode = EXIT.refused;

  constructor(channel: string, epoch: number, later: number) {
    super(
      `Channel ${channel} was moved under epoch ${later}; this conductor has epoch ${epoch} and is too late.`,
      'Another conductor has taken over. Look at "slipway status".',
    );
  }
}

/**
 * Another process holds the origin's lock and has not let go in time; it may be frozen. Nothing was changed. Find it (it has
 * `.slipway/origin.sqlite` of the origin open), let it end or end it, and try again.
 */
export class OriginHeldError extends SlipwayError {
  readonly code = 'SLIP_ORIGIN_HELD';
  override readonly exitCode = EXIT.refused;

  constructor(path: string, waitedMs: number, options?: ErrorOptions) {
    super(
      `Another process has held the lock ${path} for ${Math.round(waitedMs / 1000)} s.`,
      `See who it is with "fuser ${path}", let it end or end it, then run "slipway resume".`,
      options,
    );
  }
}

/**
 * A path of `channels` is taken: something that Slipway did not make lies where the channel's link must be. Move it away, or
 * give the channel another path.
 */
export class ChannelPathTakenError extends SlipwayError {
  readonly code = 'SLIP_CHANNEL_PATH_TAKEN';
  override readonly exitCode = EXIT.refused;

  constructor(path: string, wanted: string, there: string) {
    super(
      `${path} must be ${wanted}, but it is ${there}.`,
      'Move it away, or give the channel another path in "channels". The names gen and pool are taken.',
    );
  }
}

/**
 * The file system of the origin is full, or its quota is used up. What is live and what was sealed is unharmed. Free some
 * space, then `slipway resume`.
 */
export class OriginFullError extends SlipwayError {
  readonly code = 'SLIP_ORIGIN_FULL';

  constructor(root: string, options?: ErrorOptions) {
    super(
      `No space is left under ${root}; the generation was not written.`,
      'Free some space, then run "slipway resume". What users see is unharmed.',
      options,
    );
  }
}

/** The origin cannot be written: a read-only file system, or missing rights. Look at its owner and mount, then `slipway resume`. */
export class OriginReadOnlyError extends SlipwayError {
  readonly code = 'SLIP_ORIGIN_READ_ONLY';

  constructor(root: string, options?: ErrorOptions) {
    super(
      `Slipway may not write under ${root}.`,
      `Look at the owner of ${root} and at how it is mounted, then run "slipway resume".`,
      options,
    );
  }
}

/** A repository of the channel has no signer, or is not in the config any more. Look at `signing` and `repositories`. */
export class PublishingSettingsError extends SlipwayError {
  readonly code = 'SLIP_PUBLISHING_SETTINGS';
  override readonly exitCode = EXIT.usage;
}
