import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { DiskArtifactStore } from '../../src/adapters/artifacts-disk/disk-artifact-store.ts';
import { DiskTreeStore } from '../../src/adapters/artifacts-disk/disk-tree-store.ts';
import { WorkerPackageBuilder } from '../../src/adapters/package-builder/worker-package-builder.ts';
import type { TreeEntry } from '../../src/domain/artifact/tree.ts';
import type { PackageOptions } from '../../src/domain/config/resolved-config.ts';
import type { Sha256 } from '../../src/kernel/ids.ts';
import { packageOptions } from './package-options.ts';

/** The worker as users have it: the bundle's, or that of another build. */
export const WORKER: string =
  process.env['SLIPWAY_TEST_WORKER'] ?? fileURLToPath(new URL('../../dist/package-worker.js', import.meta.url));

/** Files of an input: text or bytes, executable or not, or a link. */
export type FixtureFiles = Readonly<
  Record<string, string | Uint8Array | { readonly run: string | Uint8Array } | { readonly link: string }>
>;

/** 2021-06-02, the story's second day. */
export const EPOCH_S = 1_622_649_600;

/** A store on disk, and the builder that users have: its worker is the bundle's. */
export class PackageFixture {
  readonly folder: string;
  readonly scratchDir: string;
  readonly store: DiskArtifactStore;
  readonly trees: DiskTreeStore;
  readonly builder: WorkerPackageBuilder;

  private constructor(
    folder: string,
    store: DiskArtifactStore,
    options: { scratchDir?: string; inspectTimeoutMs?: number },
  ) {
    this.folder = folder;
    this.scratchDir = options.scratchDir ?? join(folder, 'scratch');
    this.store = store;
    this.trees = new DiskTreeStore(store);
    this.builder = new WorkerPackageBuilder({
      store,
      trees: this.trees,
      worker: pathToFileURL(WORKER),
      ...options,
      scratchDir: this.scratchDir,
    });
  }

  static async make(options: { scratchDir?: string; inspectTimeoutMs?: number } = {}): Promise<PackageFixture> {
    const folder = mkdtempSync(join(tmpdir(), 'slipway-packages-'));
    return new PackageFixture(folder, await DiskArtifactStore.open(join(folder, 'store')), options);
  }

  /** A new folder that goes away with the fixture. */
  newFolder(name: string): string {
    const folder = join(this.folder, name);
    mkdirSync(folder);
    return folder;
  }

  async tree(files: FixtureFiles): Promise<Sha256> {
    const entries: TreeEntry[] = [];
    for (const [path, content] of Object.entries(files)) {
      if (typeof content === 'object' && 'link' in content) {
        entries.push({ path, link: content.link });
        continue;
      }
      const isProgram = typeof content === 'object' && 'run' in content;
      const bytes = Buffer.from(isProgram ? content.run : content);
      const blob = await this.store.put(bytes);
      entries.push({ path, mode: isProgram ? 0o755 : 0o644, ...blob });
    }
    return (await this.trees.storeTree(entries)).sha256;
  }

  async build(
    format: 'deb' | 'tar' | 'zip',
    options: Partial<PackageOptions>,
    inputs: Readonly<Record<string, FixtureFiles>> = {},
    version = '1.0',
    sourceDateEpochS = EPOCH_S,
  ) {
    const digests: Record<string, Sha256> = {};
    for (const [name, files] of Object.entries(inputs)) digests[name] = await this.tree(files);
    const request = { format, options: packageOptions(options), version, inputs: digests, sourceDateEpochS };
    return await this.builder.build(request, new AbortController().signal);
  }

  /** The bytes of a blob as a file of their own, for other programs to read. */
  async file({ sha256, fileName }: { readonly sha256: Sha256; readonly fileName: string }): Promise<string> {
    const path = join(mkdtempSync(join(this.folder, 'file-')), fileName);
    await this.store.materialize(sha256, path, 'copy');
    return path;
  }

  close(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
