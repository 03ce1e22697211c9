import type { SecretReference } from '../../src/domain/config/resolved-config.ts';
import type { SecretReader } from '../../src/ports/secret-reader.ts';

/** Secrets by reference, and how often each was read. */
export class MapSecrets implements SecretReader {
  readonly reads: string[] = [];
  readonly values: Map<string, string>;

  constructor(values: Readonly<Record<string, string>>) {
    this.values = new Map(Object.entries(values));
  }

  async read(reference: SecretReference): Promise<string> {
    this.reads.push(reference);
    const value = this.values.get(reference);
    if (value === undefined) throw new Error(`no secret ${reference}`);
    return value;
  }
}

export const reference = (text: string): SecretReference => text as SecretReference;
