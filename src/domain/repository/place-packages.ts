import { EXIT } from '../../kernel/exit-code.ts';
import { SlipwayError } from '../../kernel/slipway-error.ts';
import type { ListedPackage } from './generation.ts';
import type { RepositoryType } from './package-order.ts';

/**
 * A package fits into none of its channel's repositories: only debs fit into apt. Give the channel a repository of
 * `type: files`, or leave the package out of this line's `packages`.
 */
export class PackageUnplacedError extends SlipwayError {
  readonly code = 'SLIP_PACKAGE_UNPLACED';
  override readonly exitCode = EXIT.usage;

  constructor(listed: ListedPackage, repositories: readonly string[]) {
    const there = repositories.length === 0 ? 'it has none' : `it has ${repositories.join(', ')}`;
    super(
      `Package ${listed.package} (${listed.fileName}, ${listed.facts.format}) fits into no repository of the channel: ${there}.`,
      'Add a repository of "type: files" to the channel, or leave the package out of the line\'s packages.',
    );
  }
}

/**
 * Which repositories of a channel list which package. A deb goes where apt finds it; everything else, and debs of a channel
 * without apt, go to the files repositories. A package goes to every repository of its kind.
 */
export function placePackages(
  packages: readonly ListedPackage[],
  repositories: Readonly<Record<string, { readonly type: RepositoryType }>>,
): Readonly<Record<string, readonly ListedPackage[]>> {
  const names = Object.keys(repositories);
  const ofType = (type: RepositoryType) => names.filter((name) => repositories[name]?.type === type);
  const [apt, files] = [ofType('apt'), ofType('files')];
  const placed: Record<string, ListedPackage[]> = Object.fromEntries(names.map((name) => [name, []]));
  for (const listed of packages) {
    const homes = listed.facts.format === 'deb' && apt.length > 0 ? apt : files;
    if (homes.length === 0) throw new PackageUnplacedError(listed, names);
    for (const home of homes) placed[home]?.push(listed);
  }
  return placed;
}
