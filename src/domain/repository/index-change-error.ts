import { EXIT } from '../../kernel/exit-code.ts';
import { SlipwayError } from '../../kernel/slipway-error.ts';

/**
 * The index of the new generation would lose an entry, change one, or bring one that this release does not name. Nothing
 * was promoted. The message names the entries.
 */
export class IndexChangeError extends SlipwayError {
  readonly code = 'SLIP_INDEX_CHANGE';
  override readonly exitCode = EXIT.refused;
}
