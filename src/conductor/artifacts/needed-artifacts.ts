import { isOpen } from '../../domain/release/phases.ts';
import type { Sha256 } from '../../kernel/ids.ts';
import type { Journal } from '../../ports/journal.ts';
import { listReleases } from '../release/load-release.ts';

/** Packages of candidates that may still be promoted. @returns digest -> who needs it, `main-1.2, deb`. */
export async function neededArtifacts(journal: Journal): Promise<ReadonlyMap<Sha256, string>> {
  const releases = await listReleases(journal);
  const rows = releases
    .filter(({ phase }) => isOpen(phase))
    .flatMap(({ id, candidate }) =>
      (candidate?.packages ?? []).flatMap(({ package: name, sha256, signature }) =>
        [sha256, ...(signature === undefined ? [] : [signature])].map((digest) => [digest, `${id}, ${name}`] as const),
      ),
    );
  return new Map(rows);
}
