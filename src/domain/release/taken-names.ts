import type { ResolvedConfig } from '../config/resolved-config.ts';
import { compareDebVersions } from '../package/version/deb-version.ts';
import { compareLineVersions } from '../package/version/line-version.ts';
import { packageVersion } from '../package/version/package-version.ts';
import type { ListedPackage } from '../repository/generation.ts';
import { NameTakenError, VersionRefusedError } from './release-errors.ts';

/**
 * Before a version is spent: in each format's own order it must be greater than what users of the channel have, and no file
 * of that version may be there already, from whatever release (promotion 1).
 * @throws {VersionRefusedError} @throws {NameTakenError}
 */
export function refuseTakenNames(
  config: ResolvedConfig,
  line: string,
  version: string,
  live: readonly ListedPackage[],
): void {
  const packages = new Set(config.lines[line]?.packages ?? []);
  for (const listed of live.filter((row) => packages.has(row.package))) {
    if (listed.version === version) {
      throw new NameTakenError(
        `${listed.fileName} of version ${version} is there already, from ${listed.release}.`,
        'Bytes never change under a name: take a greater version.',
      );
    }
    if (isGreater(version, listed)) continue;
    const there = listed.facts.format === 'deb' ? listed.facts.version : listed.version;
    throw new VersionRefusedError(
      `Version ${version} is not greater than ${there} of ${listed.fileName}, which users of the channel have from ${listed.release}.`,
      'Take a greater version: installed machines would never be offered this one.',
    );
  }
}

function isGreater(version: string, listed: ListedPackage): boolean {
  if (listed.facts.format === 'deb')
    return compareDebVersions(packageVersion('deb', version, 1), listed.facts.version) > 0;
  return compareLineVersions(version, listed.version) > 0;
}
