import type { SecretReference } from '../domain/config/resolved-config.ts';

/** Reads `env:NAME` and `file:PATH` when needed. Values never reach plan, journal, log or page. */
export interface SecretReader {
  /** @throws {SecretMissingError} naming the reference, never the value. */
  read(reference: SecretReference): Promise<string>;
}
