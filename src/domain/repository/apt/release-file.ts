import type { Sha256 } from '../../../kernel/ids.ts';
import type { Instant } from '../../../kernel/instant.ts';

/** A file as `Release` lists it. */
export interface ReleaseEntry {
  readonly path: string;
  readonly sizeBytes: number;
  readonly sha256: Sha256;
}

export interface ReleaseFields {
  readonly project: string;
  readonly suite: string;
  readonly date: Instant;
  readonly architectures: readonly string[];
  /** Absent in a flat repository. */
  readonly components?: readonly string[];
  readonly entries: readonly ReleaseEntry[];
}

/**
 * The text of `Release`. SHA256 alone: apt asks by the strongest hash it reads here, and a SHA512 without its by-hash file
 * falls back to the plain name, which moves under a client's feet (packaging 6).
 */
export function releaseFile({ project, suite, date, architectures, components, entries }: ReleaseFields): string {
  const lines = [
    `Origin: ${project}`,
    `Label: ${project}`,
    `Suite: ${suite}`,
    `Codename: ${suite}`,
    `Date: ${new Date(date).toUTCString().replace('GMT', 'UTC')}`,
    `Architectures: ${architectures.join(' ')}`,
    ...(components === undefined ? [] : [`Components: ${components.join(' ')}`]),
    'Acquire-By-Hash: yes',
    'SHA256:',
    ...entries.map(({ sha256, sizeBytes, path }) => ` ${sha256} ${sizeBytes} ${path}`),
  ];
  return `${lines.join('\n')}\n`;
}
