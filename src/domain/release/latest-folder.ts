import { compareLineVersions } from '../package/version/line-version.ts';
import type { ListedPackage } from '../repository/generation.ts';
import { versionFolder } from '../repository/version-folder.ts';

type Versioned = Pick<ListedPackage, 'version' | 'revision'>;

/**
 * What `latest` of a files repository names: the greatest version in it, whoever brought it last. Two lines may share a
 * channel, and a fix of the older one is not the newest release.
 */
export function latestFolder(listed: readonly Versioned[]): string | undefined {
  let greatest: Versioned | undefined;
  for (const candidate of listed) {
    if (greatest === undefined || compareReleases(candidate, greatest) > 0) greatest = candidate;
  }
  return greatest && versionFolder(greatest);
}

const compareReleases = (a: Versioned, b: Versioned): number =>
  a.version === b.version ? a.revision - b.revision : compareLineVersions(a.version, b.version);
