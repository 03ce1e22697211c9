import { PackageMismatchError } from './package-error.ts';
import type { PackageFacts } from './package-facts.ts';
import { parseDebVersion } from './version/deb-version.ts';

/** What the plan says a package is. What is left out may be anything. */
export interface ExpectedPackage {
  readonly format?: PackageFacts['format'];
  readonly name?: string;
  /** In the format's own notation, as `packageVersion` gives it. */
  readonly version?: string;
  readonly arch?: string;
}

/**
 * Refuses a package that says of itself something else than the plan (`packaging.md` 1). A deb that was made elsewhere may carry an
 * epoch or a Debian revision of its own (`1:2.294-1` for 2.294): what must agree is the upstream version.
 * @throws {PackageMismatchError}
 */
export function checkPackage(fileName: string, facts: PackageFacts, expected: ExpectedPackage): void {
  const differences: string[] = [];
  const compare = (what: string, is: string, wanted: string | undefined, agrees = is === wanted): void => {
    if (wanted !== undefined && !agrees) differences.push(`${what} ${is}, not ${wanted}`);
  };
  compare('the format', facts.format, expected.format);
  if (facts.format === 'deb') {
    compare('the name', facts.name, expected.name);
    compare('the version', facts.version, expected.version, isVersion(facts.version, expected.version));
    compare('the architecture', facts.arch, expected.arch);
  }
  if (differences.length === 0) return;
  throw new PackageMismatchError(
    `${fileName} is refused: it has ${differences.join(' and ')} as planned.`,
    'Correct the script that makes it (SLIPWAY_VERSION is the version it must use), or the config.',
  );
}

function isVersion(is: string, wanted: string | undefined): boolean {
  if (wanted === undefined || is === wanted) return true;
  const planned = parseDebVersion(wanted);
  return planned.epoch === 0 && planned.revision === undefined && parseDebVersion(is).upstream === planned.upstream;
}
