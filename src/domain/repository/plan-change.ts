import { EXIT } from '../../kernel/exit-code.ts';
import { SlipwayError } from '../../kernel/slipway-error.ts';
import type { ListedPackage, RepositoryChange, RepositoryContent } from './generation.ts';
import { compareEntries, entryName, knownInOrder, type RepositoryType, sortEntries } from './package-order.ts';

/**
 * Two packages of one release would have the same name in a repository: the same file name, or the same deb name, version
 * and architecture. Give one of them another name.
 */
export class PackageClashError extends SlipwayError {
  readonly code = 'SLIP_PACKAGE_CLASH';
  override readonly exitCode = EXIT.usage;

  constructor(repository: string, name: string, one: string, other: string) {
    super(
      `Packages ${one} and ${other} would both be ${name} in repository ${repository}, with different bytes.`,
      'Give one of them another file name, or another package name.',
    );
  }
}

/** A repository that lists nothing: what the first generation grows from, and what the very first promotion is undone to. */
export const EMPTY_CONTENT: RepositoryContent = { packages: [] };

export interface PlannedContent {
  readonly content: RepositoryContent;
  readonly change: RepositoryChange;
}

/**
 * The next content of one repository: all that the parent lists, and this release's packages. An entry that is there already
 * with the same bytes stays as it is. One with other bytes is named in `changed`, which `checkChange` refuses.
 *
 * @param latest the folder that `latest` shall name (files) if this release brings files, decided by the caller in the line's
 * own order of versions.
 */
export function planChange(
  repository: string,
  type: RepositoryType,
  parent: RepositoryContent,
  incoming: readonly ListedPackage[],
  latest?: string,
): PlannedContent {
  const merged = merge(type, sortEntries(type, parent.packages), distinct(repository, type, incoming));
  const named = incoming.length > 0 ? (latest ?? parent.latest) : parent.latest;
  const content = {
    packages: knownInOrder(type, merged.packages),
    ...(type === 'files' && named !== undefined && { latest: named }),
  };
  return { content, change: { repository, added: merged.added, removed: [], changed: merged.changed } };
}

/** What differs between two contents of one repository. */
export function diffContent(
  repository: string,
  type: RepositoryType,
  before: RepositoryContent,
  after: RepositoryContent,
): RepositoryChange {
  const { added, changed, removed } = merge(
    type,
    sortEntries(type, before.packages),
    sortEntries(type, after.packages),
  );
  return { repository, added, removed, changed };
}

function distinct(
  repository: string,
  type: RepositoryType,
  incoming: readonly ListedPackage[],
): readonly ListedPackage[] {
  const sorted = sortEntries(type, incoming);
  return sorted.filter((listed, at) => {
    const last = sorted[at - 1];
    if (last === undefined || compareEntries(type, last, listed) !== 0) return true;
    if (isSameBytes(last, listed)) return false;
    throw new PackageClashError(repository, entryName(type, listed), last.package, listed.package);
  });
}

interface Merge {
  readonly packages: ListedPackage[];
  readonly added: ListedPackage[];
  /** Of the older list only. */
  readonly removed: ListedPackage[];
  readonly changed: { readonly before: ListedPackage; readonly after: ListedPackage }[];
}

/** One linear pass over two sorted lists: 5,000 entries are merged at every promotion. */
function merge(type: RepositoryType, older: readonly ListedPackage[], newer: readonly ListedPackage[]): Merge {
  const result: Merge = { packages: [], added: [], removed: [], changed: [] };
  let [left, right] = [0, 0];
  while (left < older.length || right < newer.length) {
    const [before, after] = [older[left], newer[right]];
    const order = before === undefined ? 1 : after === undefined ? -1 : compareEntries(type, before, after);
    if (order < 0) result.removed.push(before as ListedPackage);
    if (order > 0) result.added.push(after as ListedPackage);
    if (order === 0 && !isSameBytes(before as ListedPackage, after as ListedPackage))
      result.changed.push({ before: before as ListedPackage, after: after as ListedPackage });
    result.packages.push((order > 0 ? after : before) as ListedPackage);
    if (order <= 0) left += 1;
    if (order >= 0) right += 1;
  }
  return result;
}

const isSameBytes = (a: ListedPackage, b: ListedPackage): boolean => a.sha256 === b.sha256;
