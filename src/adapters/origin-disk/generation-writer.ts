import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import type { AptMemory } from '../../domain/repository/apt/apt-tree.ts';
import { carriedGenerations } from '../../domain/repository/carried-generations.ts';
import { groupByFolder } from '../../domain/repository/files/version-files.ts';
import type { GenerationPlan } from '../../domain/repository/generation.ts';
import {
  encodeGeneration,
  type GenerationRecord,
  type RepositoryRecord,
} from '../../domain/repository/generation-record.ts';
import type { LedgerChunk } from '../../domain/repository/package-ledger.ts';
import { publicBase } from '../../domain/repository/public-base.ts';
import { checkName } from '../../domain/repository/safe-name.ts';
import { visibleNames } from '../../domain/repository/visible-names.ts';
import type { ArtifactStore } from '../../ports/artifact-store.ts';
import type { PublishingSettings, SealedGeneration } from '../../ports/origin.ts';
import { BytesChangedError, GenerationNotSealedError, GenerationTakenError } from '../../ports/origin-error.ts';
import { hasCode } from '../../system/has-code.ts';
import { channelPath, draftRepository, type RepositoryDraft, type WrittenRepository } from './generation-draft.ts';
import { NewFolder } from './new-folder.ts';
import type { OriginLock } from './origin-lock.ts';
import { ORIGIN_PATHS } from './origin-paths.ts';
import { ensureChannelLink } from './pointer-link.ts';
import { PoolFiles } from './pool-files.ts';
import type { SealedGenerations } from './sealed-generations.ts';
import { recallSeen } from './seen-names.ts';
import { writeApt } from './write-apt.ts';
import { writeFilesRepository } from './write-files.ts';
import { writeLedger } from './write-ledger.ts';

/** Rendered indexes and lists of the last generation of a repository. A cache: without it the bytes are the same. */
interface RepositoryMemory {
  readonly apt: AptMemory | undefined;
  readonly ledger: readonly LedgerChunk[];
}

/** Writes generations. Two conductors that write the same number both end with the same one, or one is refused. */
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
    const { channel, number } = plan;
    if ((await this.#sealed.find(channel, number)) !== undefined)
      return requireSame(plan, await this.#sealed.read(channel, number));
    const parent = plan.parent === null ? undefined : await this.#sealed.read(channel, plan.parent);
    const folder = await NewFolder.create(join(this.#root, ORIGIN_PATHS.channel(channel)), String(number));
    try {
      const names = Object.keys(plan.repositories).sort();
      const drafts = names.map((name) => draftRepository(name, plan, settings, parent, folder, this.#root));
      await this.#refuseChangedBytes(drafts);
      const record = await this.#writeRepositories(drafts, plan, settings, parent);
      const text = encodeGeneration(record);
      await folder.write(ORIGIN_PATHS.generationFile, text, plan.date);
      await folder.sync();
      for (const name of names) await this.#linkChannel(name, plan, settings);
      const sealedAlready = await this.#seal(plan, folder, drafts);
      return sealedAlready ?? this.#sealed.adopt(record, text, contentOf(plan, drafts));
    } catch (error) {
      await folder.discard();
      throw error;
    }
  }

  /** A name that users have seen keeps its digest for ever, also when the file behind it was swept. */
  async #refuseChangedBytes(drafts: readonly RepositoryDraft[]): Promise<void> {
    if (drafts.every(({ added }) => added.length === 0)) return;
    await this.#lock.hold(async (memory) => {
      await recallSeen(memory, this.#sealed, this.#root);
      if (memory.isNew()) return;
      for (const { plan, project, name, config, added } of drafts) {
        const pool = ORIGIN_PATHS.pool(plan.channel, name);
        for (const { path, sha256 } of visibleNames(project, config.type, added)) {
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
    parent: SealedGeneration | undefined,
  ): Promise<GenerationRecord> {
    const repositories: Record<string, RepositoryRecord> = {};
    for (const draft of drafts) {
      const key = `${plan.channel}/${draft.name}`;
      const memory = this.#memory.get(key);
      const ledger = await writeLedger(draft, parent, this.#sealed, memory?.ledger ?? []);
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
    const { channel, number, parent: grownFrom, release, date, journal } = plan;
    const base = publicBase(settings.config.origin);
    return { schema: 1, channel, number, parent: grownFrom, release, date, journal, base, repositories };
  }

  async #writeRepository(
    draft: RepositoryDraft,
    memory: AptMemory | undefined,
  ): Promise<{ readonly written: WrittenRepository; readonly apt: AptMemory | undefined }> {
    const { plan, config } = draft;
    await this.#addToPool(draft);
    if (config.type === 'files') return { written: await writeFilesRepository(draft, config), apt: undefined };
    const older = carriedGenerations(await this.#sealed.list(plan.channel), plan, config.keepMs);
    const carried = older.map((summary) => ({ summary, folder: this.#sealed.folder(plan.channel, summary.number) }));
    const { written, memory: apt } = await writeApt(draft, config, carried, memory);
    return { written, apt };
  }

  /**
   * A name in the pool that an older candidate left behind is taken over as it is, and a sweep may have removed it since: under
   * the lock, which sweeps hold too, it is made once more.
   */
  async #addSwept(draft: RepositoryDraft): Promise<void> {
    const { plan, project, name, config, added } = draft;
    const pool = join(this.#root, ORIGIN_PATHS.pool(plan.channel, name));
    for (const { path } of visibleNames(project, config.type, added)) {
      if (lstatSync(join(pool, path), { throwIfNoEntry: false }) === undefined) return await this.#addToPool(draft);
    }
  }

  async #addToPool({ plan, project, name, config, added, signer }: RepositoryDraft): Promise<void> {
    const pool = new PoolFiles(this.#store, join(this.#root, ORIGIN_PATHS.pool(plan.channel, name)));
    if (config.type === 'apt') return await pool.addDebs(added);
    for (const version of groupByFolder(project, added)) await pool.addVersion(version, signer, plan.date);
  }

  async #linkChannel(name: string, { channel }: GenerationPlan, settings: PublishingSettings): Promise<void> {
    const target = join(ORIGIN_PATHS.channel(channel), 'current', name);
    await ensureChannelLink(this.#root, channelPath(name, channel, settings), target);
  }

  /**
   * The last step, under the lock: a sweep holds it too, so the parent, and what it lists, is there and stays. The folder gets
   * its number when everything in it is on disk: there is no generation before that, and none without `generation.json`.
   * @returns the generation that another conductor has sealed meanwhile under that number.
   */
  async #seal(
    plan: GenerationPlan,
    folder: NewFolder,
    drafts: readonly RepositoryDraft[],
  ): Promise<SealedGeneration | undefined> {
    return this.#lock.hold(async () => {
      for (const draft of drafts) await this.#addSwept(draft);
      if (plan.parent !== null && (await this.#sealed.list(plan.channel)).every(({ number }) => number !== plan.parent))
        throw new GenerationNotSealedError(plan.channel, plan.parent, this.#root);
      try {
        await folder.moveTo(this.#sealed.folder(plan.channel, plan.number));
        return undefined;
      } catch (error) {
        if (!hasCode(error, 'ENOTEMPTY', 'EEXIST')) throw error;
        const there = requireSame(plan, await this.#sealed.read(plan.channel, plan.number));
        await folder.discard();
        return there;
      }
    });
  }
}

/** Two writers of one number agree on all that was decided; signatures and the journal's position may differ. */
function requireSame(plan: GenerationPlan, there: SealedGeneration): SealedGeneration {
  const isSame =
    there.release === plan.release &&
    there.parent === plan.parent &&
    there.date === plan.date &&
    there.journal.id === plan.journal.id &&
    describeContent(there.repositories) === describeContent(plan.repositories);
  if (!isSame) throw new GenerationTakenError(plan.channel, plan.number, there.release, plan.release);
  return there;
}

/** The plan's content as it was written: sorted. */
const contentOf = (plan: GenerationPlan, drafts: readonly RepositoryDraft[]): GenerationPlan['repositories'] =>
  Object.fromEntries(drafts.map(({ name, packages }) => [name, { ...plan.repositories[name], packages }]));

const describeContent = (repositories: GenerationPlan['repositories']): string =>
  JSON.stringify(
    Object.keys(repositories)
      .sort()
      .map((name) => [
        name,
        repositories[name]?.latest,
        [...new Set(repositories[name]?.packages.map(({ sha256, fileName }) => `${sha256} ${fileName}`))].sort(),
      ]),
  );
