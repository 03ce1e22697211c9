import { EXIT } from '../../kernel/exit-code.ts';
import { SlipwayError } from '../../kernel/slipway-error.ts';
import { compareLineVersions } from '../package/version/line-version.ts';
import { VersionRefusedError } from './release-errors.ts';
import { fillPattern, matchVersion, type VersionPattern } from './version-pattern.ts';

/**
 * The line takes its versions from whoever plans (`{any}`), and none was given. Nothing was allocated. Run `slipway plan LINE
 * --version V`.
 */
export class VersionNotGivenError extends SlipwayError {
  readonly code = 'SLIP_VERSION_NOT_GIVEN';
  override readonly exitCode = EXIT.usage;

  constructor(line: string, pattern: string, last: string | undefined) {
    super(
      `Line ${line} has the versions "${pattern}": it does not count by itself, and no version was given.`,
      `Say it with --version${last === undefined ? '' : `; it must be greater than ${last}`}.`,
    );
  }
}

/**
 * The version asked for does not have the form of the line's versions, or belongs to another branch. Nothing was allocated. Ask
 * for one that fits, or plan the line it belongs to.
 */
export class VersionNotOfLineError extends SlipwayError {
  readonly code = 'SLIP_VERSION_NOT_OF_LINE';
  override readonly exitCode = EXIT.usage;
}

export interface VersionRequest {
  readonly line: string;
  readonly pattern: VersionPattern;
  /** Every version the line ever had, also of failed, undone and abandoned releases. */
  readonly allocated: readonly string[];
  /** From the branch; needed when the pattern has `{base}` and no version is asked for. */
  readonly base?: string;
  /** `--version`. */
  readonly asked?: string;
}

/**
 * The version of the line's next release (`promotion.md` 1): the one asked for, else the highest number of this base + 1, first
 * 1. It is greater than every version the line ever had.
 * @throws {VersionNotGivenError} {@link VersionNotOfLineError} {@link VersionRefusedError}
 */
export function allocateVersion(request: VersionRequest): string {
  const { line, allocated } = request;
  const version = request.asked === undefined ? nextVersion(request) : askedVersion(request, request.asked);
  const highest = highestVersion(allocated);
  if (highest !== undefined && compareLineVersions(version, highest) <= 0) {
    const spent = allocated.includes(version);
    throw new VersionRefusedError(
      spent
        ? `Version ${version} of line ${line} was allocated before, and a version is spent for ever.`
        : `Version ${version} is not greater than ${highest}, which line ${line} has had.`,
      `Ask for a version greater than ${highest}${request.pattern.counts ? ', or for none: then the line counts on' : ''}.`,
    );
  }
  return version;
}

function nextVersion({ line, pattern, allocated, base }: VersionRequest): string {
  if (!pattern.counts) throw new VersionNotGivenError(line, pattern.text, highestVersion(allocated));
  if (pattern.hasBase && base === undefined)
    throw new VersionNotOfLineError(
      `The versions "${pattern.text}" of line ${line} need the branch's {base}, and it is not known.`,
      'Check out a branch of the line, name it with --branch, or give the whole version with --version.',
    );
  const numbers = allocated
    .map((version) => matchVersion(pattern, version))
    .filter((match) => match !== undefined && (!pattern.hasBase || match.base === base))
    .map((match) => match?.n ?? 0);
  const n = numbers.reduce((most, number) => Math.max(most, number), 0) + 1;
  return fillPattern(pattern, base === undefined ? { n } : { base, n });
}

function askedVersion({ line, pattern, base }: VersionRequest, asked: string): string {
  const match = matchVersion(pattern, asked);
  if (!match)
    throw new VersionNotOfLineError(
      `Version ${JSON.stringify(asked)} does not fit "${pattern.text}", the versions of line ${line}.`,
      `Ask for one like ${fillPattern(pattern, { base: base ?? '1', n: 1, any: '1.0' })}, or plan another line.`,
    );
  if (base !== undefined && match.base !== undefined && match.base !== base)
    throw new VersionNotOfLineError(
      `Version ${asked} belongs to base ${match.base}, but the branch of line ${line} is that of base ${base}.`,
      'Check out the branch of that version, or name it with --branch.',
    );
  return asked;
}

const highestVersion = (versions: readonly string[]): string | undefined =>
  versions.reduce<string | undefined>(
    (most, version) => (most === undefined || compareLineVersions(version, most) > 0 ? version : most),
    undefined,
  );
