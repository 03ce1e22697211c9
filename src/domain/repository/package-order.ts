import type { ListedPackage } from './generation.ts';
import { versionFolder } from './version-folder.ts';

/** Types of repositories that hold packages. */
export type RepositoryType = 'apt' | 'files';

/** What tells two entries of a repository apart, most significant first. */
type EntryKey = readonly [name: string, version: string, arch: string];

/**
 * An entry's identity in the eyes of a repository: name, version and architecture for apt, folder and file name for files.
 * Two entries with one key and different bytes are a change under a live name.
 */
export function entryKey(type: RepositoryType, listed: ListedPackage): EntryKey {
  if (type === 'apt' && listed.facts.format === 'deb')
    return [listed.facts.name, listed.facts.version, listed.facts.arch];
  return [versionFolder(listed), listed.fileName, ''];
}

/** How entries are called in plans and messages: `hello 1.0 (all)`, `1.0/hello-1.0.tar.gz`. */
export function entryName(type: RepositoryType, listed: ListedPackage): string {
  const [first, second, third] = entryKey(type, listed);
  return third === '' ? `${first}/${second}` : `${first} ${second} (${third})`;
}

/** The one order of a repository's entries, by code unit: the same set has the same order on every machine. */
export function compareEntries(type: RepositoryType, a: ListedPackage, b: ListedPackage): number {
  if (a === b) return 0;
  const [left, right] = [entryKey(type, a), entryKey(type, b)];
  for (let part = 0; part < left.length; part += 1) {
    const [x, y] = [left[part] as string, right[part] as string];
    if (x !== y) return x < y ? -1 : 1;
  }
  return 0;
}

/** Lists found to be in order: the same 5,000 entries are asked about several times in a promotion. Lists never change. */
const IN_ORDER = { apt: new WeakSet<readonly ListedPackage[]>(), files: new WeakSet<readonly ListedPackage[]>() };

/** Says that a list is in order because of how it was made. */
export function knownInOrder(type: RepositoryType, packages: readonly ListedPackage[]): readonly ListedPackage[] {
  IN_ORDER[type].add(packages);
  return packages;
}

export function sortEntries(type: RepositoryType, packages: readonly ListedPackage[]): readonly ListedPackage[] {
  if (IN_ORDER[type].has(packages)) return packages;
  const sorted = isSorted(type, packages) ? packages : [...packages].sort((a, b) => compareEntries(type, a, b));
  IN_ORDER[type].add(sorted);
  return sorted;
}

function isSorted(type: RepositoryType, packages: readonly ListedPackage[]): boolean {
  for (let at = 1; at < packages.length; at += 1) {
    if (compareEntries(type, packages[at - 1] as ListedPackage, packages[at] as ListedPackage) > 0) return false;
  }
  return true;
}
