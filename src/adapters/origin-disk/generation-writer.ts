import { join } from 'node:path';
import type { RepositoryConfig } from '../../domain/config/resolved-config.ts';
import type { AptMemory } from '../../domain/repository/apt/apt-tree.ts';
import { carriedGenerations } from '../../domain/repository/carried-generations.ts';
import { groupByFolder } from '../../domain/repository/files/version-files.ts';
import type { GenerationPlan, ListedPackage } from '../../domain/repository/generation.ts';
import {
  encodeGeneration,
  type GenerationRecord,
  type RepositoryRecord,
} from '../../domain/repository/generation-record.ts';
import { type LedgerChunk, ledgerChunks } from '../../domain/repository/package-ledger.ts';
import { sortEntries } from '../../domain/repository/package-order.ts';
import { diffContent, EMPTY_CONTENT } from '../../domain/repository/plan-change.ts';
import { publicBase, repositoryUrl } from '../../domain/repository/public-base.ts';
import { checkName } from '../../domain/repository/safe-name.ts';
import { visibleNames } from '../../domain/repository/visible-names.ts';
import type { ArtifactStore } from '../../ports/artifact-store.ts';
import type { PublishingSettings, SealedGeneration } from '../../ports/origin.ts';
import {
  BytesChangedError,
  GenerationNotSealedError,
  GenerationTakenError,
  PublishingSettingsError,
} from '../../ports/origin-error.ts';
import type { RepositoryDraft, WrittenRepository } from './generation-draft.ts';
import { LedgerFiles } from './ledger-files.ts';
import { NewFolder } from './new-folder.ts';
import { hasCode } from './origin-failure.ts';
import type { OriginLock } from './origin-lock.ts';
import { ORIGIN_PATHS } from './origin-paths.ts';
import { ensureChannelLink } from './pointer-link.ts';
import { PoolFiles } from './pool-files.ts';
import type { SealedGenerations } from './sealed-generations.ts';
import { recallSeen } from './seen-names.ts';
import { writeApt } from './write-apt.ts';
import { writeFilesRepository } from './write-files.ts';

/** Rendered indexes and lists of the last generation of a repository. A cache: without it the bytes are the same. */
interface RepositoryMemory {
  readonly apt: AptMemory | undefined;
  readonly ledger: readonly LedgerChunk[];
}

/** Writes generations. One conductor writes a channel at a time; two that write the same number both end with the same one. */
export class GenerationWriter {
  readonly #root: string;
  readonly #store: ArtifactStore;
  readonly #lock: OriginLock;
  readonly #sealed: SealedGenerations;
  readonly #memory = new Map<string, RepositoryMemory>();

  constructor(root: string, store: ArtifactStore, lock: OriginLock, sealed: SealedGenerations) {
    this.#root = root;
    this.#store = store;
    this.#lock = lock;
    this.#sealed = sealed;
  }

  async write(plan: GenerationPlan, settings: PublishingSettings): Promise<SealedGeneration> {
    checkName('channel', plan.channel);
    const there = await this.#sealed.find(plan.channel, plan.number);
    if (there !== undefined) return this.#sameAs(plan, await this.#sealed.read(plan.channel, plan.number));
    const parent = plan.parent === null ? undefined : await this.#sealed.read(plan.channel, plan.parent);
    const folder = await NewFolder.create(join(this.#root, ORIGIN_PATHS.channel(plan.channel)), String(plan.number));
    try {
      const drafts = Object.keys(plan.repositories)
        .sort()
        .map((name) => this.#draft(name, plan, settings, parent, folder));
      await this.#refuseChangedBytes(drafts);
      const record = await this.#writeRepositories(drafts, plan, settings);
      await folder.sync();
      await folder.write(ORIGIN_PATHS.generationFile, encodeGeneration(record), plan.date);
      await folder.sync();
      for (const { name } of drafts) await this.#linkChannel(name, plan, settings);
      await this.#seal(plan, folder);
    } catch (error) {
      await folder.discard();
      throw error;
    }
    return this.#sealed.read(plan.channel, plan.number);
  }

  #draft(
    name: string,
    plan: GenerationPlan,
    settings: PublishingSettings,
    parent: SealedGeneration | undefined,
    folder: NewFolder,
  ): RepositoryDraft {
    checkName('repository', name, [ORIGIN_PATHS.ledger, ORIGIN_PATHS.generationFile]);
    const config = repositoryConfig(name, settings);
    const { type } = config;
    const content = plan.repositories[name] ?? EMPTY_CONTENT;
    const sorted = { ...content, packages: sortEntries(type, content.packages) };
    const change = diffContent(name, type, parent?.repositories[name] ?? EMPTY_CONTENT, sorted);
    const signing = settings.signers[config.sign];
    if (signing === undefined)
      throw new PublishingSettingsError(
        `Repository ${name} is signed by ${config.sign}, which is not there.`,
        'Look at "signing" in the config.',
      );
    return {
      plan,
      project: settings.config.project,
      name,
      config,
      packages: sorted.packages,
      added: [...change.added, ...change.changed.map(({ after }) => after)],
      latest: content.latest,
      url: repositoryUrl(publicBase(settings.config.origin), channelPath(name, plan, settings)),
      ...signing,
      folder,
    };
  }

  /** A name that users have seen keeps its digest for ever, also when the file behind it was swept. */
  async #refuseChangedBytes(drafts: readonly RepositoryDraft[]): Promise<void> {
    if (drafts.every(({ added }) => added.length === 0)) return;
    await this.#lock.hold(async (memory) => {
      await recallSeen(memory, this.#sealed, this.#root);
      for (const { plan, project, name, config, packages, added } of drafts) {
        const pool = ORIGIN_PATHS.pool(plan.channel, name);
        for (const { path, sha256 } of visibleNames(project, config.type, withFolders(config, packages, added))) {
          const seen = memory.seenDigest(`${pool}/${path}`);
          if (seen !== undefined && seen !== sha256) throw new BytesChangedError(`${pool}/${path}`, seen, sha256);
        }
      }
    });
  }

  async #writeRepositories(
    drafts: readonly RepositoryDraft[],
    plan: GenerationPlan,
    settings: PublishingSettings,
  ): Promise<GenerationRecord> {
    const repositories: Record<string, RepositoryRecord> = {};
    for (const draft of drafts) {
      const key = `${plan.channel}/${draft.name}`;
      const memory = this.#memory.get(key);
      const ledger = await this.#writeLedger(draft, memory?.ledger ?? []);
      const { written, apt } = await this.#writeRepository(draft, memory?.apt);
      this.#memory.set(key, { apt, ledger });
      repositories[draft.name] = {
        type: draft.config.type,
        packages: ledger.map(({ sha256 }) => sha256),
        count: draft.packages.length,
        ...(draft.latest !== undefined && { latest: draft.latest }),
        ...written,
      };
    }
    const { channel, number, parent, release, date, journal } = plan;
    const base = publicBase(settings.config.origin);
    return { schema: 1, channel, number, parent, release, date, journal, base, repositories };
  }

  async #writeRepository(
    draft: RepositoryDraft,
    memory: AptMemory | undefined,
  ): Promise<{ readonly written: WrittenRepository; readonly apt: AptMemory | undefined }> {
    const { plan, project, name, config, packages, added } = draft;
    const pool = new PoolFiles(this.#store, join(this.#root, ORIGIN_PATHS.pool(plan.channel, name)));
    if (config.type === 'files') {
      for (const version of groupByFolder(project, withFolders(config, packages, added)))
        await pool.addVersion(version, draft.signer, plan.date);
      return { written: await writeFilesRepository(draft, config), apt: undefined };
    }
    await pool.addDebs(added);
    const older = carriedGenerations(await this.#sealed.list(plan.channel), plan, config.keepMs);
    const carriedFrom = older.map((summary) => ({
      summary,
      folder: this.#sealed.folder(plan.channel, summary.number),
    }));
    const { written, memory: apt } = await writeApt(draft, config, carriedFrom, memory);
    return { written, apt };
  }

  /** Chunks that the parent has are linked, the others written: one of forty for one more package. */
  async #writeLedger(draft: RepositoryDraft, remembered: readonly LedgerChunk[]): Promise<readonly LedgerChunk[]> {
    const { plan, folder, config, packages } = draft;
    const parent = plan.parent === null ? undefined : await this.#sealed.get(plan.channel, plan.parent);
    const record = parent?.record.repositories[draft.name];
    const inherited = parent === undefined || record === undefined ? [] : await this.#sealed.chunks(parent, record);
    const chunks = ledgerChunks(config.type, packages, [...remembered, ...inherited]);
    const linkable = new Set(record?.packages);
    const from = plan.parent === null ? '' : join(this.#sealed.folder(plan.channel, plan.parent), ORIGIN_PATHS.ledger);
    const written = new Set<string>();
    await Promise.all(
      chunks.map(async ({ sha256, bytes }) => {
        const file = LedgerFiles.fileName(sha256);
        const path = join(ORIGIN_PATHS.ledger, file);
        if (linkable.has(sha256)) await folder.link(join(from, file), path);
        else await folder.write(path, bytes, plan.date);
        written.add(sha256);
      }),
    );
    this.#sealed.ledger.remember(chunks);
    return chunks;
  }

  async #linkChannel(name: string, plan: GenerationPlan, settings: PublishingSettings): Promise<void> {
    const target = join(ORIGIN_PATHS.channel(plan.channel), 'current', name);
    await ensureChannelLink(this.#root, channelPath(name, plan, settings), target);
  }

  /** The last step, under the lock: a sweep holds it too, so what this generation needs is there and stays. */
  async #seal(plan: GenerationPlan, folder: NewFolder): Promise<void> {
    await this.#lock.hold(async () => {
      if (plan.parent !== null && (await this.#sealed.list(plan.channel)).every(({ number }) => number !== plan.parent))
        throw new GenerationNotSealedError(plan.channel, plan.parent, this.#root);
      try {
        await folder.moveTo(this.#sealed.folder(plan.channel, plan.number));
      } catch (error) {
        if (!hasCode(error, 'ENOTEMPTY', 'EEXIST')) throw error;
        // Another conductor has just sealed that number: it holds, if it is the same.
        this.#sameAs(plan, await this.#sealed.read(plan.channel, plan.number));
        await folder.discard();
      }
    });
  }

  #sameAs(plan: GenerationPlan, there: SealedGeneration): SealedGeneration {
    const says = (repositories: GenerationPlan['repositories']): string =>
      JSON.stringify(
        Object.keys(repositories)
          .sort()
          .map((name) => [
            name,
            repositories[name]?.latest,
            [...new Set(repositories[name]?.packages.map(({ sha256, fileName }) => `${sha256} ${fileName}`))].sort(),
          ]),
      );
    const isSame =
      there.release === plan.release &&
      there.parent === plan.parent &&
      there.date === plan.date &&
      there.journal.id === plan.journal.id &&
      says(there.repositories) === says(plan.repositories);
    if (!isSame) throw new GenerationTakenError(plan.channel, plan.number, there.release, plan.release);
    return there;
  }
}

function repositoryConfig(name: string, { config }: PublishingSettings): RepositoryConfig {
  const found = config.repositories[name];
  if (found === undefined)
    throw new PublishingSettingsError(
      `Repository ${name} is not in the config.`,
      'Add it to "repositories", or take it out of "channels".',
    );
  return found;
}

function channelPath(name: string, { channel }: GenerationPlan, { config }: PublishingSettings): string {
  const path = config.channels[channel]?.[name];
  if (path === undefined)
    throw new PublishingSettingsError(
      `Channel ${channel} has no path for repository ${name}.`,
      'Look at "channels" in the config.',
    );
  for (const part of path.split('/')) checkName('channel path', part, ['gen', 'pool']);
  return path;
}

/** A folder of a files repository is written as a whole: those that an added package lies in. Debs are single files. */
function withFolders(
  config: RepositoryConfig,
  packages: readonly ListedPackage[],
  added: readonly ListedPackage[],
): readonly ListedPackage[] {
  if (config.type === 'apt') return added;
  const touched = new Set(added.map(({ version, revision }) => `${version}\0${revision}`));
  return packages.filter(({ version, revision }) => touched.has(`${version}\0${revision}`));
}
