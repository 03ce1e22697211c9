import { join, relative } from 'node:path';
import type { RepositoryConfig } from '../../domain/config/resolved-config.ts';
import type { GenerationPlan, ListedPackage } from '../../domain/repository/generation.ts';
import type { RepositoryRecord } from '../../domain/repository/generation-record.ts';
import { sortEntries } from '../../domain/repository/package-order.ts';
import { diffContent, EMPTY_CONTENT } from '../../domain/repository/plan-change.ts';
import { publicBase, repositoryUrl } from '../../domain/repository/public-base.ts';
import { checkName } from '../../domain/repository/safe-name.ts';
import { versionFolder } from '../../domain/repository/version-folder.ts';
import type { PublishingSettings, SealedGeneration } from '../../ports/origin.ts';
import { PublishingSettingsError } from '../../ports/origin-error.ts';
import type { Signer, SigningKey } from '../../ports/signer.ts';
import type { NewFolder } from './new-folder.ts';
import { ORIGIN_PATHS } from './origin-paths.ts';

/** Everything a writer of one repository needs. */
export interface RepositoryDraft {
  readonly plan: GenerationPlan;
  readonly project: string;
  readonly name: string;
  readonly config: RepositoryConfig;
  /** All packages, sorted. */
  readonly packages: readonly ListedPackage[];
  /** Those whose names in the pool must be made: new ones, in a files repository with all others of their folder. */
  readonly added: readonly ListedPackage[];
  readonly latest: string | undefined;
  /** The repository's URL. */
  readonly url: string;
  readonly signer: Signer;
  readonly key: SigningKey;
  readonly folder: NewFolder;
  /** The same repository in the parent generation: its folder, and its files' digests. */
  readonly inherited: { readonly folder: string; readonly files: RepositoryRecord['files'] } | undefined;
}

/** What a writer has put into the generation. */
export type WrittenRepository = Pick<RepositoryRecord, 'files' | 'links' | 'carried' | 'namesBase'>;

/** @param root of the origin. */
export function draftRepository(
  name: string,
  plan: GenerationPlan,
  settings: PublishingSettings,
  parent: SealedGeneration | undefined,
  folder: NewFolder,
  root: string,
): RepositoryDraft {
  checkName('repository', name, [ORIGIN_PATHS.ledger, ORIGIN_PATHS.generationFile]);
  const { config, signing } = findSettings(name, settings);
  const content = plan.repositories[name] ?? EMPTY_CONTENT;
  const packages = sortEntries(config.type, content.packages);
  const before = parent?.repositories[name] ?? EMPTY_CONTENT;
  const { added, changed } = diffContent(name, config.type, before, { packages });
  const record = parent?.record.repositories[name];
  return {
    plan,
    project: settings.config.project,
    name,
    config,
    packages,
    added: withFolders(config, packages, [...added, ...changed.map(({ after }) => after)]),
    latest: content.latest,
    url: repositoryUrl(publicBase(settings.config.origin), channelPath(name, plan.channel, settings)),
    ...signing,
    folder,
    inherited: parent &&
      record && {
        folder: join(root, ORIGIN_PATHS.generation(parent.channel, parent.number), name),
        files: record.files,
      },
  };
}

/** Where users find a repository of a channel, below the origin. */
export function channelPath(name: string, channel: string, { config }: PublishingSettings): string {
  const path = config.channels[channel]?.[name];
  if (path === undefined)
    throw new PublishingSettingsError(
      `Channel ${channel} has no path for repository ${name}.`,
      'Look at "channels" in the config.',
    );
  for (const part of path.split('/')) checkName('channel path', part, ['gen', 'pool']);
  return path;
}

/** A link from a repository's folder in a generation into its pool; `inside` is a folder of the pool. */
export function poolLink({ plan, name }: RepositoryDraft, inside = ''): string {
  const from = join(ORIGIN_PATHS.generation(plan.channel, plan.number), name);
  return relative(from, join(ORIGIN_PATHS.pool(plan.channel, name), inside));
}

function findSettings(name: string, { config, signers }: PublishingSettings) {
  const repository = config.repositories[name];
  if (repository === undefined)
    throw new PublishingSettingsError(
      `Repository ${name} is not in the config.`,
      'Add it to "repositories", or take it out of "channels".',
    );
  const signing = signers[repository.sign];
  if (signing === undefined)
    throw new PublishingSettingsError(
      `Repository ${name} is signed by ${repository.sign}, and there is no such signer.`,
      'Look at "signing" in the config.',
    );
  return { config: repository, signing };
}

/** A folder of a files repository is written as a whole; debs are single files. */
function withFolders(
  config: RepositoryConfig,
  packages: readonly ListedPackage[],
  added: readonly ListedPackage[],
): readonly ListedPackage[] {
  if (config.type === 'apt' || added.length === 0) return added;
  const touched = new Set(added.map(versionFolder));
  return packages.filter((listed) => touched.has(versionFolder(listed)));
}
