import { SlipwayError } from '../../kernel/slipway-error.ts';

/** The outputs of a step are not what its config says. The commands ended well; the step fails all the same. */
export abstract class OutputError extends SlipwayError {}

/**
 * A pattern of `outputs` matches no file in the work folder of the step. Look at the end of its log for what the build wrote,
 * and where; patterns are relative to the work folder, not to `dir`. A folder itself is no output: write `folder/**`.
 */
export class OutputNoMatchError extends OutputError {
  readonly code = 'SLIP_OUTPUT_NO_MATCH';

  constructor(pattern: string, matchesFolder: boolean) {
    const folder = matchesFolder ? ' It matches a folder.' : '';
    const remedy = matchesFolder
      ? `Write "${pattern.replace(/\/+$/, '')}/**" to keep the files in that folder.`
      : 'Patterns are relative to the work folder (not to "dir"): correct the pattern, or let the step write that file.';
    super(`No file matches the output "${pattern}".${folder}`, remedy);
  }
}

/**
 * An output lies outside the work folder of its step: the pattern leaves it, or a link in the work folder does.
 * Nothing outside is ever collected. Let the step copy the file into its work folder.
 */
export class OutputOutsideError extends OutputError {
  readonly code = 'SLIP_OUTPUT_OUTSIDE';

  constructor(what: string, options?: ErrorOptions) {
    super(
      `${what}: that is outside the work folder.`,
      'Copy the file into the work folder in the step itself.',
      options,
    );
  }
}

/**
 * A file that an output pattern matches is not an ordinary file: a device, a pipe, a socket, or a link to nothing.
 * Let the pattern match files only, or remove the odd one at the end of the step.
 */
export class OutputNotAFileError extends OutputError {
  readonly code = 'SLIP_OUTPUT_NOT_A_FILE';

  constructor(path: string, what: string) {
    super(
      `The output ${JSON.stringify(path)} is ${what}.`,
      'Outputs are ordinary files: narrow the pattern, or remove it.',
    );
  }
}

/**
 * An output has a name with a newline or another control character, with bytes that are no UTF-8, or that is too long for a
 * disk. Such a name breaks indexes, checksum files and logs further on. Rename the file in the step.
 */
export class OutputNameError extends OutputError {
  readonly code = 'SLIP_OUTPUT_NAME';

  constructor(path: string, why: string, options?: ErrorOptions) {
    super(`The output ${JSON.stringify(path)} ${why}.`, 'Rename the file in the step, or narrow the pattern.', options);
  }
}

/** More files match the outputs of a step than Slipway takes in from one. Pack them into an archive in the step, or narrow the patterns. */
export class OutputTooManyError extends OutputError {
  readonly code = 'SLIP_OUTPUT_TOO_MANY';

  constructor(what: string) {
    super(what, 'Pack the files into one archive in the step, or narrow the patterns.');
  }
}

/**
 * An output was replaced or written to while it was being collected, so its bytes are not to be trusted. Something the step
 * started is still at work. Let the step wait for all it started, then `slipway resume`.
 */
export class OutputChangedError extends OutputError {
  readonly code = 'SLIP_OUTPUT_CHANGED';

  constructor(path: string) {
    const happened = `The output ${JSON.stringify(path)} changed while it was being collected.`;
    super(happened, 'Let the step wait for everything it starts in the background.');
  }
}

/**
 * The file behind `$SLIPWAY_OUTPUT` is not made of `key=value` lines, holds a key twice, or is too long. The message names
 * the line, not its text. Correct what the script writes there.
 */
export class StepValuesError extends OutputError {
  readonly code = 'SLIP_OUTPUT_VALUES';

  constructor(what: string) {
    const remedy =
      'Write one key=value a line: the key of letters, digits, - and _, each key once, no control characters.';
    super(`$SLIPWAY_OUTPUT: ${what}.`, remedy);
  }
}

/**
 * The step wrote one of its secrets into `$SLIPWAY_OUTPUT`. Those values are recorded and shown, so nothing of it was kept.
 * Do not write the secret there; a later step names the secret in its own `env`.
 */
export class StepValuesSecretError extends OutputError {
  readonly code = 'SLIP_OUTPUT_SECRET';

  constructor() {
    const remedy =
      'Do not write it there. A step that needs the secret names it in its own env. Consider replacing the secret.';
    super('$SLIPWAY_OUTPUT holds the value of a secret. Nothing of it was recorded.', remedy);
  }
}
