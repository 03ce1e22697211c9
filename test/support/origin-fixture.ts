import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DiskArtifactStore } from '../../src/adapters/artifacts-disk/disk-artifact-store.ts';
import { DiskOrigin } from '../../src/adapters/origin-disk/disk-origin.ts';
import type { GenerationPlan, ListedPackage, RepositoryContent } from '../../src/domain/repository/generation.ts';
import { nextDate } from '../../src/domain/repository/generation-date.ts';
import { placePackages } from '../../src/domain/repository/place-packages.ts';
import { EMPTY_CONTENT, planChange } from '../../src/domain/repository/plan-change.ts';
import { type Instant, toInstant } from '../../src/kernel/instant.ts';
import type { ArtifactStore } from '../../src/ports/artifact-store.ts';
import type { Origin, PointerState, PublishingSettings, SealedGeneration } from '../../src/ports/origin.ts';
import { makeTestSigner } from './test-signer.ts';
import { tinyDeb } from './tiny-deb.ts';

export const DAY_MS = 24 * 3_600_000;
export const START: Instant = toInstant(Date.UTC(2026, 0, 5, 12));

/** An origin, its store, its keys, and what a conductor would remember: enough to release into it. */
export class OriginFixture {
  readonly folder: string;
  readonly store: ArtifactStore;
  readonly origin: Origin;
  readonly settings: PublishingSettings;
  readonly root: string;
  /** The conductor's clock. */
  now: Instant = START;
  #number = 0;
  #epoch = 1;

  private constructor(folder: string, root: string, store: ArtifactStore, settings: PublishingSettings) {
    this.folder = folder;
    this.root = root;
    this.store = store;
    this.settings = settings;
    this.origin = new DiskOrigin(root, store);
  }

  static async create(
    options: { root?: string; apt?: Partial<AptConfig>; files?: Partial<FilesConfig>; public?: string } = {},
  ): Promise<OriginFixture> {
    const folder = await mkdtemp(join(tmpdir(), 'slipway-origin-'));
    const { privateKey, ...signing } = await makeTestSigner(START);
    await writeFile(join(folder, 'key.asc'), privateKey);
    const root = options.root ?? join(folder, 'public');
    const store = await DiskArtifactStore.open(join(folder, 'store'));
    const apt: AptConfig = {
      type: 'apt',
      sign: 'gpg',
      layout: 'suites',
      suite: 'stable',
      components: ['main'],
      keepMs: 7 * DAY_MS,
      ...options.apt,
    };
    const files: FilesConfig = { type: 'files', sign: 'gpg', latest: 'symlink', keepMs: 7 * DAY_MS, ...options.files };
    const settings: PublishingSettings = {
      config: {
        project: 'hello',
        origin: { path: root, ...(options.public !== undefined && { public: options.public }) },
        repositories: { apt, files },
        channels: { stable: { apt: 'debian', files: 'download' } },
      },
      signers: { gpg: signing },
    };
    await writeFile(join(folder, 'settings.json'), JSON.stringify(settings.config));
    return new OriginFixture(folder, root, store, settings);
  }

  /** The same origin in another process: its folder says everything. */
  static async open(folder: string): Promise<OriginFixture> {
    const config = JSON.parse(await readFile(join(folder, 'settings.json'), 'utf8')) as PublishingSettings['config'];
    const { privateKey: _, ...signing } = await makeTestSigner(START, await readFile(join(folder, 'key.asc'), 'utf8'));
    const store = await DiskArtifactStore.open(join(folder, 'store'));
    const world = new OriginFixture(folder, config.origin.path, store, { config, signers: { gpg: signing } });
    world.#number = (await world.origin.generations('stable')).at(-1)?.number ?? 0;
    return world;
  }

  /** Another process's view of the same origin. */
  reopen(options: { lockWaitMs?: number; store?: ArtifactStore } = {}): Origin {
    return new DiskOrigin(this.root, options.store ?? this.store, options);
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }

  async deb(name: string, version: string, arch = 'all', payload?: string): Promise<ListedPackage> {
    const deb = tinyDeb(name, version, arch, '', payload);
    const blob = await this.store.put(deb.bytes);
    return {
      package: name,
      fileName: deb.fileName,
      ...blob,
      facts: { format: 'deb', name, version, arch, control: deb.control },
      release: `main-${version}`,
      version,
      revision: 1,
      releasedAt: this.now,
    };
  }

  /** Debs that a reader of control files may stumble over: non-ASCII text, long lists, lines that end in spaces, no section. */
  async oddDebs(): Promise<readonly ListedPackage[]> {
    const fields = [
      'Depends: libc6 (>= 2.36), a | b\nBreaks: old (<< 1.0~)\nBuilt-Using: gcc-12 (= 12.2.0-14)\n',
      'Homepage: https://example.org/müller?q=1&x=2\nX-Other: ünïcödé – テスト\n',
      `Provides: ${Array.from({ length: 200 }, (_, i) => `virtual-${i} (= 1.0)`).join(', ')}\n`,
      'Installed-Size: 12\nEssential: no\nMulti-Arch: foreign\nDescription-Other: a\n b\n .\n  c  \n',
    ];
    return Promise.all(
      fields.map(async (extra, at) => {
        const deb = tinyDeb(`odd-${at}`, `${at}:1.0+git~${at}-1`, 'amd64', extra);
        const listed = await this.deb(`odd-${at}`, `${at}:1.0+git~${at}-1`, 'amd64');
        const blob = await this.store.put(deb.bytes);
        return { ...listed, ...blob, facts: { ...listed.facts, control: deb.control } as ListedPackage['facts'] };
      }),
    );
  }

  async file(fileName: string, version: string, text = `${fileName} ${version}\n`): Promise<ListedPackage> {
    const blob = await this.store.put(Buffer.from(text));
    return {
      package: fileName.split('-')[0] ?? fileName,
      fileName,
      ...blob,
      facts: { format: 'file' },
      release: `main-${version}`,
      version,
      revision: 1,
      releasedAt: this.now,
    };
  }

  /** The plan of the next generation: what is live, and these packages. */
  async plan(release: string, packages: readonly ListedPackage[], latest?: string): Promise<GenerationPlan> {
    const current = await this.origin.current('stable');
    const parent = current === undefined ? undefined : await this.origin.generation('stable', current.number);
    const { repositories } = this.settings.config;
    const placed = placePackages(packages, repositories);
    const contents: Record<string, RepositoryContent> = {};
    for (const [name, { type }] of Object.entries(repositories)) {
      const before = parent?.repositories[name] ?? EMPTY_CONTENT;
      contents[name] = planChange(name, type, before, placed[name] ?? [], latest).content;
    }
    return this.planContent(release, contents, parent);
  }

  planContent(
    release: string,
    repositories: Readonly<Record<string, RepositoryContent>>,
    parent: SealedGeneration | undefined,
  ): GenerationPlan {
    this.#number += 1;
    return {
      channel: 'stable',
      number: this.#number,
      parent: parent?.number ?? null,
      release,
      date: nextDate(this.now, parent?.date),
      journal: { id: 'journal-1', position: this.#number * 10 },
      repositories,
    };
  }

  async stage(release: string, packages: readonly ListedPackage[], latest?: string): Promise<SealedGeneration> {
    return this.origin.write(await this.plan(release, packages, latest), this.settings);
  }

  async promote({ number, digest }: PointerState): Promise<void> {
    const before = (await this.origin.current('stable')) ?? null;
    this.#epoch += 1;
    await this.origin.flip('stable', { before, after: { number, digest }, epoch: this.#epoch });
  }

  async release(release: string, packages: readonly ListedPackage[], latest?: string): Promise<SealedGeneration> {
    const sealed = await this.stage(release, packages, latest);
    await this.promote(sealed);
    return sealed;
  }
}

type RepositoryConfigs = PublishingSettings['config']['repositories'][string];
type AptConfig = Extract<RepositoryConfigs, { type: 'apt' }>;
type FilesConfig = Extract<RepositoryConfigs, { type: 'files' }>;
