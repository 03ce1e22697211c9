import { createHash } from 'node:crypto';
import type { Sha256 } from '../../kernel/ids.ts';
import { poolPath } from './apt/pool-path.ts';
import { checksumFiles, groupByFolder } from './files/version-files.ts';
import type { ListedPackage } from './generation.ts';
import type { RepositoryType } from './package-order.ts';

/** A name that users see, below its repository's pool, and the digest it has for ever. */
export interface VisibleName {
  readonly path: string;
  readonly sha256: Sha256;
}

/**
 * The names that listing these packages shows to users. A folder of a files repository shows `SHA256SUMS` too: so a file
 * that is slipped into an old release is a change of a name that was seen.
 *
 * @param packages whole folders, for a files repository.
 */
export function* visibleNames(
  project: string,
  type: RepositoryType,
  packages: readonly ListedPackage[],
): Generator<VisibleName> {
  if (type === 'apt') {
    for (const listed of packages) yield { path: poolPath(listed).replace(/^pool\//, ''), sha256: listed.sha256 };
    return;
  }
  for (const { folder, packages: inside } of groupByFolder(project, packages)) {
    yield { path: `${folder}/SHA256SUMS`, sha256: digestOf(checksumFiles(inside)['SHA256SUMS'] ?? '') };
    for (const { fileName, sha256 } of inside) yield { path: `${folder}/${fileName}`, sha256 };
  }
}

const digestOf = (text: string): Sha256 => createHash('sha256').update(text).digest('hex') as Sha256;
