import type { ReleaseState } from '../../domain/release/release-state.ts';
import type { ListedPackage } from '../../domain/repository/generation.ts';
import type { ReleaseId, StepId } from '../../kernel/ids.ts';
import { type Instant, toInstant } from '../../kernel/instant.ts';
import type { PublishingSettings } from '../../ports/origin.ts';
import type { ReleaseWorld } from './release-world.ts';

/** The files of every package step of the release as a repository lists them, with a detached signature where `sign` asks for one. */
export async function builtPackages(
  world: ReleaseWorld,
  release: ReleaseState,
  settings: PublishingSettings,
): Promise<readonly ListedPackage[]> {
  const run = await world.runs.state(release.id as ReleaseId);
  const listed: ListedPackage[] = [];
  for (const name of release.config.lines[release.plan.line]?.packages ?? []) {
    const signing = release.config.packages[name]?.sign;
    for (const file of run.steps.get(name as StepId)?.result?.files ?? []) {
      const signature =
        signing === undefined ? undefined : await signFile(world, settings, signing, file.sha256, release.plannedAt);
      listed.push({
        package: name,
        fileName: file.fileName,
        sha256: file.sha256,
        sizeBytes: file.sizeBytes,
        facts: file.facts ?? { format: 'file' },
        release: release.id,
        version: release.plan.version,
        revision: release.plan.revision,
        releasedAt: release.plannedAt,
        ...(signature !== undefined && { signature }),
      });
    }
  }
  return listed;
}

/** Signed as of the plan's time (or the key's birth, if that is later), so that signing again gives the same bytes. */
async function signFile(
  world: ReleaseWorld,
  settings: PublishingSettings,
  signing: string,
  sha256: ListedPackage['sha256'],
  plannedAt: Instant,
): Promise<ListedPackage['sha256']> {
  const entry = settings.signers[signing];
  if (entry === undefined) throw new Error(`signing.${signing} was not read`);
  const date = toInstant(Math.max(plannedAt, entry.key.createdAt));
  const signature = await entry.signer.detachSign(await world.store.read(sha256), date);
  return (await world.store.put(Buffer.from(signature, 'utf8'))).sha256;
}
