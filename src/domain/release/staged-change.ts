import { channelRepositories } from '../repository/channel-repositories.ts';
import { checkChange } from '../repository/check-change.ts';
import type { ListedPackage, RepositoryChange, RepositoryContent } from '../repository/generation.ts';
import { IndexChangeError } from '../repository/index-change-error.ts';
import { placePackages } from '../repository/place-packages.ts';
import { EMPTY_CONTENT, planChange } from '../repository/plan-change.ts';
import { latestFolder } from './latest-folder.ts';
import type { ReleasePlan } from './release-plan.ts';
import type { ReleaseState } from './release-state.ts';

/** What each repository of a channel lists. */
export type Contents = Readonly<Record<string, RepositoryContent>>;

/**
 * The channel's content with this release in it, beside what it lists `before`, and what that changes.
 * @throws {IndexChangeError} an entry would be lost, or get other bytes. @throws {PackageUnplacedError}
 */
export function contentWith(
  release: ReleaseState,
  before: Contents,
  packages: readonly ListedPackage[],
): { contents: Contents; changes: readonly RepositoryChange[] } {
  const { config, plan } = release;
  const repositories = channelRepositories(config, plan.channel);
  const placed = placePackages(packages, repositories);
  refuseLostRepositories(release, before, Object.keys(repositories));
  const ours = new Set(packages.map((listed) => listed.sha256));
  const contents: Record<string, RepositoryContent> = {};
  const changes: RepositoryChange[] = [];
  for (const [name, { type }] of Object.entries(repositories)) {
    const old = before[name] ?? EMPTY_CONTENT;
    const incoming = placed[name] ?? [];
    const latest = type === 'files' ? latestFolder([...old.packages, ...incoming]) : undefined;
    const { content, change } = planChange(name, type, old, incoming, latest);
    checkChange(type, change, ours, release.id);
    contents[name] = content;
    changes.push(change);
  }
  return { contents, changes };
}

/** A repository that is no longer in the channel would go with everything in it: for the index, every entry is lost. */
function refuseLostRepositories({ id, plan }: ReleaseState, before: Contents, names: readonly string[]): void {
  const lost = Object.entries(before).filter(([name, { packages }]) => packages.length > 0 && !names.includes(name));
  if (lost.length === 0) return;
  const rows = lost.map(([name, { packages }]) => `${name} with ${packages.length} packages`).join(', ');
  throw new IndexChangeError(
    `Channel ${plan.channel} shows ${rows}, which the config of ${id} does not have in it. Nothing was promoted.`,
    `Keep it in "channels", or give what takes its place a channel of its own; then "slipway stage ${id}".`,
  );
}

const changeEntry = (listed: ListedPackage): string => `${listed.fileName} ${listed.sha256}`;

/** A change as plans name it: `file digest`, sorted. */
export const changeRows = (changes: readonly RepositoryChange[]): ReleasePlan['targets'][number]['change'] =>
  changes.map((change) => ({
    repository: change.repository,
    added: change.added.map(changeEntry).sort(),
    removed: change.removed.map(changeEntry).sort(),
    changed: change.changed.map(({ after }) => changeEntry(after)).sort(),
  }));

/** The change that a plan names, over all its targets. */
export const approvedChange = (plan: ReleasePlan): ReleasePlan['targets'][number]['change'] =>
  plan.targets.flatMap((target) => target.change);

/** The plan as it stands when it is staged: which files, and what they change. Its digest is what people approve. */
export function stagedPlan(
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
