import type { SecretReference } from '../domain/config/resolved-config.ts';

/** Reads `env:NAME` and `file:PATH` when needed. Values never reach plan, journal, log or page. */
export interface SecretReader {
  /**
   * The value as text. Of a file one line end at its very end is left out: editors and `echo` add it, no passphrase means it.
   * @throws {SecretMissingError} not set, not there, empty, not text, not readable here; names the reference, never the value.
   */
  read(reference: SecretReference): Promise<string>;
}
