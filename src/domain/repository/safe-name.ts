import { EXIT } from '../../kernel/exit-code.ts';
import { SlipwayError } from '../../kernel/slipway-error.ts';

/**
 * A file, a version or a channel has a name that cannot be a name in a repository: a slash, a control character, a dot at
 * its beginning, longer than 200 bytes, or one that the repository needs for itself. Give it another name.
 */
export class UnsafeNameError extends SlipwayError {
  readonly code = 'SLIP_REPOSITORY_NAME';
  override readonly exitCode = EXIT.refused;

  constructor(what: string, name: string, why: string) {
    super(`${what} ${JSON.stringify(name)} cannot be a name in a repository: ${why}.`, `Rename the ${what}.`);
  }
}

const LONGEST_BYTES = 200; // 255 in most file systems; room for `.sha256` and for temporary names

/** One part of a path that users will see: checked wherever a name from outside becomes a path. */
export function checkName(what: string, name: string, reserved: readonly string[] = []): void {
  const why = problemOf(name, reserved);
  if (why !== undefined) throw new UnsafeNameError(what, name, why);
}

function problemOf(name: string, reserved: readonly string[]): string | undefined {
  if (name === '') return 'it is empty';
  if (name.startsWith('.')) return 'it begins with a dot';
  if (/[/\\]/.test(name)) return 'it has a slash or backslash';
  if (/\p{Cc}/u.test(name)) return 'it has a control character';
  if (Buffer.byteLength(name) > LONGEST_BYTES) return `it is longer than ${LONGEST_BYTES} bytes`;
  if (reserved.includes(name)) return 'the repository needs that name for itself';
  return undefined;
}
