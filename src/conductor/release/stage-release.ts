import { newEvent } from '../../domain/journal/event-definition.ts';
import { latestFolder } from '../../domain/release/latest-folder.ts';
import { IndexChangeError } from '../../domain/release/release-errors.ts';
import { RELEASE_EVENTS } from '../../domain/release/release-events.ts';
import { planDigest, type ReleasePlan } from '../../domain/release/release-plan.ts';
import type { ReleaseState } from '../../domain/release/release-state.ts';
import { refuseOlder } from '../../domain/release/taken-names.ts';
import { channelRepositories } from '../../domain/repository/channel-repositories.ts';
import { checkChange } from '../../domain/repository/check-change.ts';
import type { ListedPackage, RepositoryChange, RepositoryContent } from '../../domain/repository/generation.ts';
import { placePackages } from '../../domain/repository/place-packages.ts';
import { EMPTY_CONTENT, planChange } from '../../domain/repository/plan-change.ts';
import { toInstant } from '../../kernel/instant.ts';
import type { SealedGeneration } from '../../ports/origin.ts';
import type { HeldLease } from '../lease/hold-lease.ts';
import { builtPackages } from './built-packages.ts';
import { viewChannel } from './channel-view.ts';
import { releasesOfOthers } from './load-release.ts';
import { makeGeneration } from './make-generation.ts';
import { recordFact } from './record-release.ts';
import type { Actor, ReleaseWorld } from './release-world.ts';

/**
 * Seals a candidate: a generation with the final bytes beside what users see, and the plan that approvals name. A second
 * `stage` makes the next candidate; none is ever written over.
 */
export async function stageRelease(
  world: ReleaseWorld,
  release: ReleaseState,
  held: HeldLease,
  actor: Actor,
  keepMs: number,
): Promise<ReleaseState> {
  const { config } = release;
  const { channel } = release.plan;
  const { origin, current } = await viewChannel(world, config, channel);
  const settings = await world.publishing(config);
  const packages = await builtPackages(world, release, settings);
  const { contents, changes } = contentWith(release, current, packages);

  refuseOlder(packages, current, await releasesOfOthers(world.journal, release.plan.line));

  const number = release.plan.number + 1;
  const sealed = await makeGeneration(world, origin, settings, {
    channel,
    purpose: 'candidate',
    release: release.id,
    for: number,
    parent: current,
    packages,
    contents,
    lease: held.guard,
    by: actor.login,
  });
  await origin.stage(channel, sealed.number);

  const plan = stagedPlan(release.plan, number, packages, changes);
  const staged = newEvent(RELEASE_EVENTS, 'release.staged', {
    plan,
    digest: planDigest(plan),
    generation: reference(sealed),
    parent: current === undefined ? null : reference(current),
    packages: packages as unknown as Record<string, unknown>[],
    keepUntil: toInstant(world.clock.now() + keepMs),
  });
  return await recordFact(world, release.id, { held, actor }, staged);
}

export const reference = (generation: SealedGeneration): { number: number; digest: string } => ({
  number: generation.number,
  digest: generation.digest,
});

/**
 * The channel's content with this release in it, and what that changes.
 * @throws {IndexChangeError} an entry would be lost, or get other bytes. @throws {PackageUnplacedError}
 */
export function contentWith(
  release: ReleaseState,
  parent: SealedGeneration | undefined,
  packages: readonly ListedPackage[],
): { contents: Readonly<Record<string, RepositoryContent>>; changes: readonly RepositoryChange[] } {
  const { config, plan } = release;
  const repositories = channelRepositories(config, plan.channel);
  const placed = placePackages(packages, repositories);
  refuseLostRepositories(release, parent, Object.keys(repositories));
  const ours = new Set(packages.map((listed) => listed.sha256));
  const contents: Record<string, RepositoryContent> = {};
  const changes: RepositoryChange[] = [];
  for (const [name, { type }] of Object.entries(repositories)) {
    const before = parent?.repositories[name] ?? EMPTY_CONTENT;
    const incoming = placed[name] ?? [];
    const latest = type === 'files' ? latestFolder([...before.packages, ...incoming]) : undefined;
    const { content, change } = planChange(name, type, before, incoming, latest);
    checkChange(type, change, ours, release.id);
    contents[name] = content;
    changes.push(change);
  }
  return { contents, changes };
}

/** A repository that is no longer in the channel would go with everything in it: for the index, every entry is lost. */
function refuseLostRepositories(
  { id, plan }: ReleaseState,
  parent: SealedGeneration | undefined,
  names: readonly string[],
): void {
  const lost = Object.entries(parent?.repositories ?? {}).filter(
    ([name, { packages }]) => packages.length > 0 && !names.includes(name),
  );
  if (lost.length === 0) return;
  const rows = lost.map(([name, { packages }]) => `${name} with ${packages.length} packages`).join(', ');
  throw new IndexChangeError(
    `Channel ${plan.channel} shows ${rows}, which the config of ${id} does not have in it. Nothing was promoted.`,
    `Keep it in "channels", or give what takes its place a channel of its own; then "slipway stage ${id}".`,
  );
}

const entryName = (listed: ListedPackage): string => `${listed.fileName} ${listed.sha256}`;

export const changeRows = (changes: readonly RepositoryChange[]): ReleasePlan['targets'][number]['change'] =>
  changes.map((change) => ({
    repository: change.repository,
    added: change.added.map(entryName).sort(),
    removed: change.removed.map(entryName).sort(),
    changed: change.changed.map(({ after }) => entryName(after)).sort(),
  }));

function stagedPlan(
  plan: ReleasePlan,
  number: number,
  packages: readonly ListedPackage[],
  changes: readonly RepositoryChange[],
): ReleasePlan {
  return {
    ...plan,
    number,
    packages: plan.packages.flatMap((planned) =>
      packages
        .filter((listed) => listed.package === planned.package)
        .map((listed) => ({ ...planned, file: listed.fileName, sha256: listed.sha256, sizeBytes: listed.sizeBytes })),
    ),
    targets: plan.targets.map((target) => ({ ...target, change: changeRows(changes) })),
  };
}
