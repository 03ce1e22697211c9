import { EXIT } from '../../kernel/exit-code.ts';
import { SlipwayError } from '../../kernel/slipway-error.ts';

const RESTORE = 'restore the state folder from a backup';

/**
 * Another process has kept the journal locked for longer than Slipway waits (5 s). Nothing was written. The message names
 * that process when the system tells; let it finish or end it, then run the command again.
 */
export class JournalBusyError extends SlipwayError {
  readonly code = 'SLIP_JOURNAL_BUSY';
  override readonly exitCode = EXIT.refused;

  constructor(path: string, waitedMs: number, lockers: readonly { readonly pid: number; readonly command: string }[]) {
    const who = lockers.map(({ pid, command }) => `process ${pid}${command === '' ? '' : ` (${command})`}`).join(', ');
    super(
      `The journal ${path} has been locked for more than ${waitedMs / 1000} s by ${who || 'another process'}.`,
      'Wait until that process is done, or end it, then run this command again.',
    );
  }
}

/**
 * There is no journal in this state folder yet, and the command only reads. Nothing was released from here, or the command
 * runs in the wrong folder or with the wrong `--state`.
 */
export class JournalMissingError extends SlipwayError {
  readonly code = 'SLIP_JOURNAL_MISSING';
  override readonly exitCode = EXIT.usage;

  constructor(path: string) {
    super(
      `There is no journal at ${path}.`,
      'Check --state and the folder you are in; a first release begins with "slipway plan LINE".',
    );
  }
}

/**
 * The journal was written by a newer version of Slipway and this one does not know its tables. Nothing was written. Use the
 * newer version: a journal is never taken back to an older one.
 */
export class JournalSchemaNewerError extends SlipwayError {
  readonly code = 'SLIP_JOURNAL_SCHEMA_NEWER';
  override readonly exitCode = EXIT.refused;

  constructor(path: string, found: number, known: number) {
    super(
      `The journal ${path} has schema version ${found}; this Slipway knows versions up to ${known}.`,
      'Run the newer Slipway that wrote it.',
    );
  }
}

/**
 * The file where the journal should be is a database of some other program. Nothing was written. Point `--state` at
 * Slipway's own folder, or move the other file away.
 */
export class NotAJournalError extends SlipwayError {
  readonly code = 'SLIP_NOT_A_JOURNAL';
  override readonly exitCode = EXIT.refused;

  constructor(path: string) {
    super(
      `${path} is a database, but not a journal of Slipway.`,
      'Check --state and SLIPWAY_STATE; move the file away if it does not belong there.',
    );
  }
}

/**
 * The journal's file is damaged: cut off, overwritten, or entries in it do not fit together. Nothing was written. Keep the
 * folder as it is, and restore the state folder from a backup; what the origin shows tells how far the release had come.
 */
export class JournalDamagedError extends SlipwayError {
  readonly code = 'SLIP_JOURNAL_DAMAGED';
  override readonly exitCode = EXIT.refused;

  constructor(path: string, found: string, options?: ErrorOptions) {
    super(
      `The journal ${path} is damaged: ${found}.`,
      `Copy the folder aside, then ${RESTORE}; "slipway journal verify" tells whether the restored one is whole.`,
      options,
    );
  }
}

/**
 * Facts that were recorded are missing: the journal ends before the position that was noted in the file `head` beside it.
 * It was restored from an older backup, cut off, or deleted. Nothing was written, since going on could release a version
 * twice. Bring the newest journal back.
 */
export class JournalBehindError extends SlipwayError {
  readonly code = 'SLIP_JOURNAL_BEHIND';
  override readonly exitCode = EXIT.refused;

  constructor(path: string, position: number | 'missing', noted: number, headPath: string) {
    const ends = position === 'missing' ? 'is missing or empty' : `ends at position ${position}`;
    super(
      `The journal ${path} ${ends}, but ${headPath} notes that position ${noted} was recorded: later facts are lost.`,
      `Bring back the journal that holds position ${noted}. If it is gone for good, compare "slipway status" with what the origin shows; only then remove ${headPath}.`,
    );
  }
}

/**
 * The journal and the file `head` beside it belong to different journals: one of them was copied here from elsewhere.
 * Nothing was written. Put back the journal that belongs to this folder.
 */
export class JournalForeignError extends SlipwayError {
  readonly code = 'SLIP_JOURNAL_FOREIGN';
  override readonly exitCode = EXIT.refused;

  constructor(path: string, found: string, noted: string, headPath: string) {
    super(
      `The journal ${path} has the id ${found}, but ${headPath} belongs to the journal ${noted}.`,
      `Bring back the journal ${noted}. If this other journal is the right one, remove ${headPath}.`,
    );
  }
}

/**
 * The file `head` beside the journal, which notes how far the journal had come, holds nothing that can be read. Nothing was
 * written. If the journal is whole (`slipway journal verify` in a copy without the file), remove `head`.
 */
export class JournalHeadError extends SlipwayError {
  readonly code = 'SLIP_JOURNAL_HEAD';
  override readonly exitCode = EXIT.refused;

  constructor(headPath: string, found: string) {
    super(
      `${headPath} cannot be read: ${found}.`,
      'Copy the folder without this file and run "slipway journal verify --state COPY"; if it is whole, remove the file.',
    );
  }
}

/**
 * There is no space left where the journal lives. What was recorded before is safe, this fact was not recorded. Free some
 * space, then run `slipway resume`.
 */
export class JournalDiskFullError extends SlipwayError {
  readonly code = 'SLIP_JOURNAL_DISK_FULL';

  constructor(path: string, options?: ErrorOptions) {
    super(
      `No space left on the device of the journal ${path}; nothing of this step was recorded.`,
      'Free some space there, then run "slipway resume".',
      options,
    );
  }
}

/**
 * The journal can be read but not written: its file system is mounted read-only, or its files belong to another user.
 * Nothing was recorded. Make the state folder writable for the user who runs Slipway.
 */
export class JournalReadOnlyError extends SlipwayError {
  readonly code = 'SLIP_JOURNAL_READ_ONLY';

  constructor(path: string, options?: ErrorOptions) {
    super(
      `The journal ${path} cannot be written: its file or its file system is read-only for this user.`,
      'Make the state folder writable for the user who runs Slipway, or choose another with --state.',
      options,
    );
  }
}

/**
 * The journal's file was removed or replaced while Slipway was using it. The fact at hand may be lost, so Slipway stopped.
 * Bring the folder back (or mount it again), then run `slipway resume`.
 */
export class JournalVanishedError extends SlipwayError {
  readonly code = 'SLIP_JOURNAL_VANISHED';

  constructor(path: string, options?: ErrorOptions) {
    super(
      `The journal ${path} was removed or replaced while it was in use.`,
      'Bring the state folder back as it was, then run "slipway resume".',
      options,
    );
  }
}

/**
 * The operating system could not read or write the journal's files: a failing disk, a lost network mount, no permission.
 * The message has the system's own words. See to the disk or mount, then run `slipway resume`.
 */
export class JournalIoError extends SlipwayError {
  readonly code = 'SLIP_JOURNAL_IO';

  constructor(path: string, what: string, options?: ErrorOptions) {
    super(
      `The journal ${path} cannot be used: ${what}.`,
      'See to the disk, mount or permissions of the state folder, then run "slipway resume".',
      options,
    );
  }
}
