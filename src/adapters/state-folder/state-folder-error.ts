import { EXIT } from '../../kernel/exit-code.ts';
import { SlipwayError } from '../../kernel/slipway-error.ts';

/**
 * The path given as state folder cannot be one: its parent folder does not exist, or it is a file. Nothing was created:
 * a folder that is missing because its disk is not mounted must not come back empty. Correct `--state` or SLIPWAY_STATE,
 * mount the disk, or create the parent folder.
 */
export class StateFolderMissingError extends SlipwayError {
  readonly code = 'SLIP_STATE_FOLDER_MISSING';
  override readonly exitCode = EXIT.usage;

  constructor(path: string, why: string, options?: ErrorOptions) {
    super(
      `${path} cannot be the state folder: ${why}.`,
      'Check --state and SLIPWAY_STATE, and that the disk it is on is mounted.',
      options,
    );
  }
}

/**
 * The state folder cannot be created or used: no permission, a read-only or full file system, a failing disk. Nothing was
 * written. The message has the reason; make the folder writable for the user who runs Slipway, or choose another place.
 */
export class StateFolderError extends SlipwayError {
  readonly code = 'SLIP_STATE_FOLDER';

  constructor(path: string, why: string, options?: ErrorOptions) {
    super(
      `The state folder ${path} cannot be used: ${why}.`,
      'Make it writable for the user who runs Slipway, or choose another folder with --state.',
      options,
    );
  }
}
