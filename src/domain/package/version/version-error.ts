import { EXIT } from '../../../kernel/exit-code.ts';
import { SlipwayError } from '../../../kernel/slipway-error.ts';

/**
 * A version cannot be written in this form: a line's version is numbers with dots and perhaps a suffix (`2.0-rc1`), a
 * Debian version follows Policy 5.6.12. The message says which character or part is wrong; correct it and run the command again.
 */
export class VersionFormatError extends SlipwayError {
  readonly code = 'SLIP_VERSION_FORMAT';
  override readonly exitCode = EXIT.usage;
}
