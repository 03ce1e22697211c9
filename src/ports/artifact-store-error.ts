import { EXIT } from '../kernel/exit-code.ts';
import type { Sha256 } from '../kernel/ids.ts';
import { SlipwayError } from '../kernel/slipway-error.ts';

/**
 * Bytes that were brought in do not have the digest that was promised for them. Nothing was kept.
 * Find out which of the two is right before you change the digest: this is what a swapped download looks like.
 */
export class ArtifactDigestError extends SlipwayError {
  readonly code = 'SLIP_ARTIFACT_DIGEST';

  constructor(what: string, expected: Sha256, actual: Sha256, options?: ErrorOptions) {
    const remedy = 'Compare both digests with what the author publishes; correct the digest or get the right bytes.';
    super(`${what} has sha256 ${actual}, not ${expected} as promised. Nothing was kept.`, remedy, options);
  }
}

/**
 * A file of the artifact store no longer holds the bytes its name promises: a failing disk, or somebody wrote to it.
 * Look at the disk first. Remove the named file; `slipway resume` makes or fetches the bytes again, or restore it from a backup.
 */
export class ArtifactDamagedError extends SlipwayError {
  readonly code = 'SLIP_ARTIFACT_DAMAGED';

  constructor(sha256: Sha256, path: string, actual: Sha256 | 'unreadable', options?: ErrorOptions) {
    const now = actual === 'unreadable' ? 'cannot be read' : `has sha256 ${actual}`;
    const remedy =
      'Check the disk. Then restore that file from a backup, or remove it and make or fetch its bytes again.';
    super(`Artifact ${sha256} is damaged: ${path} ${now}.`, remedy, options);
  }
}

/**
 * The artifact store does not have bytes that a plan or a release names. They were swept, or the store was changed by hand,
 * or this is another store. Check `--state`; then `slipway resume` makes what can be made again.
 */
export class ArtifactMissingError extends SlipwayError {
  readonly code = 'SLIP_ARTIFACT_MISSING';

  constructor(sha256: Sha256, path: string, options?: ErrorOptions) {
    const remedy =
      'Check that --state names the right folder. Restore that file from a backup, or make its bytes again.';
    super(`Artifact ${sha256} is not in the store: there is no ${path}.`, remedy, options);
  }
}

/** What was to be stored is not an ordinary file: a folder, a link, a device, a socket or a pipe. Name the file itself. */
export class ArtifactInputError extends SlipwayError {
  readonly code = 'SLIP_ARTIFACT_INPUT';

  constructor(path: string, what: string, options?: ErrorOptions) {
    super(`${path} cannot be stored: it is ${what}.`, 'Name an ordinary file that Slipway may read.', options);
  }
}

/**
 * A file or folder already has the name where an artifact was to be put, with other bytes. Nothing was replaced.
 * Find out who made it; bytes that users may have seen never change under their name.
 */
export class ArtifactTargetError extends SlipwayError {
  readonly code = 'SLIP_ARTIFACT_TARGET';
  override readonly exitCode = EXIT.refused;

  constructor(path: string, sha256: Sha256, options?: ErrorOptions) {
    const happened = `Artifact ${sha256} cannot be put at ${path}: something else has that name. It was left as it is.`;
    super(happened, 'Find out who made it and move it away, then try again.', options);
  }
}

/** The disk (or the quota) was full while an artifact was written. Nothing half-written was left. Free space and run the command again. */
export class ArtifactDiskFullError extends SlipwayError {
  readonly code = 'SLIP_ARTIFACT_DISK_FULL';

  constructor(path: string, options?: ErrorOptions) {
    const happened = `The disk is full: ${path} could not be written. What was written of it was removed again.`;
    super(happened, 'Free space on that file system ("df" shows which), then run the same command again.', options);
  }
}

/** The place where artifacts are written is read-only or not ours to write. Nothing has changed. Remount it, or correct its owner. */
export class ArtifactReadOnlyError extends SlipwayError {
  readonly code = 'SLIP_ARTIFACT_READ_ONLY';

  constructor(path: string, options?: ErrorOptions) {
    const remedy =
      'Mount that file system writable or correct the owner of the folder, then run the same command again.';
    super(`${path} could not be written: read-only, or no permission. Nothing has changed.`, remedy, options);
  }
}

/**
 * The folder of the artifact store was there and is gone: an unmounted disk, or somebody removed it.
 * Nothing was written in its place. Mount or restore it, then run the same command again.
 */
export class ArtifactStoreGoneError extends SlipwayError {
  readonly code = 'SLIP_ARTIFACT_STORE_GONE';

  constructor(root: string, options?: ErrorOptions) {
    const remedy = 'Mount or restore that folder. If it was removed on purpose, use another --state.';
    super(`The artifact store ${root} has vanished while Slipway was using it.`, remedy, options);
  }
}
