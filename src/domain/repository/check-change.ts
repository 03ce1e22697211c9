import type { Sha256 } from '../../kernel/ids.ts';
import type { ListedPackage, RepositoryChange } from './generation.ts';
import { IndexChangeError } from './index-change-error.ts';
import { entryName, type RepositoryType } from './package-order.ts';

const SHOWN = 5;

/**
 * An index may gain what this release names, and nothing else: no entry lost, none changed, none from elsewhere
 * (`promotion.md` 10, incident 8: indexes of two lines mixed up).
 *
 * @throws {IndexChangeError} naming the entries.
 */
export function checkChange(
  type: RepositoryType,
  change: RepositoryChange,
  releasePackages: ReadonlySet<Sha256>,
  release: string,
): void {
  const foreign = change.added.filter((listed) => !releasePackages.has(listed.sha256));
  const problems = [
    tell('would lose', change.removed, type),
    tell(
      'would give other bytes to',
      change.changed.map(({ after }) => after),
      type,
    ),
    tell(`would gain, although ${release} does not name it,`, foreign, type),
  ].filter((problem) => problem !== undefined);
  if (problems.length === 0) return;
  throw new IndexChangeError(
    `Repository ${change.repository} ${problems.join('; ')}. Nothing was promoted.`,
    'Look at "slipway diff". Other bytes under a live name need a new version; a lost or foreign entry means that the candidate grew from another content: stage it again.',
  );
}

function tell(what: string, packages: readonly ListedPackage[], type: RepositoryType): string | undefined {
  if (packages.length === 0) return undefined;
  const more = packages.length > SHOWN ? ` and ${packages.length - SHOWN} more` : '';
  return `${what} ${packages
    .slice(0, SHOWN)
    .map((listed) => entryName(type, listed))
    .join(', ')}${more}`;
}
