import { compareDigitsAndText, compareNumbers } from './compare-digits-and-text.ts';
import { VersionFormatError } from './version-error.ts';

/** A version of a line: `2.289.1`, `2.0-rc1`, `1.4-beta.2`. */
export interface LineVersion {
  /** Digits, as written: `['2', '289', '1']`. */
  readonly numbers: readonly string[];
  /** `rc1`, without its hyphen: a version before the one without it. */
  readonly suffix?: string;
}

/** It becomes part of file names, ids and tags, which all have their limits. */
const MAX_LENGTH = 64;

/**
 * Reads a line's version. The suffix begins with a letter, so that it can never be taken for a revision (`1.0-2`).
 * @throws {VersionFormatError}
 */
export function parseLineVersion(text: string): LineVersion {
  const match = /^(\d+(?:\.\d+)*)(?:-([A-Za-z][A-Za-z0-9]*(?:\.[A-Za-z0-9]+)*))?$/.exec(text);
  if (!match || text.length > MAX_LENGTH) {
    const why =
      text.length > MAX_LENGTH ? `it has ${text.length} characters, ${MAX_LENGTH} is the most` : firstFault(text);
    throw new VersionFormatError(
      `${JSON.stringify(text.slice(0, MAX_LENGTH))} is no version of a line: ${why}.`,
      'Write numbers with dots between them, and perhaps a suffix that begins with a letter, such as 2.294 or 2.0-rc1.',
    );
  }
  const [, numbers = '', suffix] = match;
  return suffix === undefined ? { numbers: numbers.split('.') } : { numbers: numbers.split('.'), suffix };
}

function firstFault(text: string): string {
  if (text === '') return 'it is empty';
  if (!/^\d/.test(text)) return `it begins with ${JSON.stringify(text[0])}, not with a digit`;
  const wrong = /[^A-Za-z0-9.-]/.exec(text)?.[0];
  if (wrong !== undefined) return `the character ${JSON.stringify(wrong)} is not allowed`;
  if (/-\d/.test(text)) return 'a number after a hyphen would look like a revision';
  return 'a number or a suffix is missing or in the wrong place';
}

/**
 * The order of a line: numbers field by field (a version with more fields is newer), and a suffix sorts before none.
 * Two suffixes compare as Debian compares them, so that every package format agrees with the line.
 * @returns below 0 if `a` is older. @throws {VersionFormatError}
 */
export function compareLineVersions(a: string, b: string): number {
  const left = parseLineVersion(a);
  const right = parseLineVersion(b);
  for (let i = 0; i < Math.min(left.numbers.length, right.numbers.length); i++) {
    const difference = compareNumbers(left.numbers[i] ?? '', right.numbers[i] ?? '');
    if (difference !== 0) return difference;
  }
  if (left.numbers.length !== right.numbers.length) return left.numbers.length - right.numbers.length;
  if (left.suffix === undefined || right.suffix === undefined)
    return Number(left.suffix === undefined) - Number(right.suffix === undefined);
  return compareDigitsAndText(left.suffix, right.suffix);
}
