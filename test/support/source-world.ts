import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DiskArtifactStore } from '../../src/adapters/artifacts-disk/disk-artifact-store.ts';
import { DiskTreeStore } from '../../src/adapters/artifacts-disk/disk-tree-store.ts';
import { OpenpgpVerifier } from '../../src/adapters/signer-openpgp/openpgp-verifier.ts';
import { SourceFetchers } from '../../src/adapters/sources/source-fetchers.ts';
import { SOURCE_LIMITS, type SourceLimits } from '../../src/adapters/sources/source-limits.ts';
import type { SourceConfig } from '../../src/domain/config/resolved-config.ts';
import type { Sha256 } from '../../src/kernel/ids.ts';
import type { FetchedSource } from '../../src/ports/source-fetcher.ts';
import { FixedClock } from './fixed-clock.ts';

/** A store in a temporary folder, and sources fetched into it. */
export class SourceBench {
  readonly folder: string;
  readonly store: DiskArtifactStore;
  readonly trees: DiskTreeStore;
  readonly clock = new FixedClock(Date.now());
  limits: SourceLimits = SOURCE_LIMITS;
  env: Record<string, string | undefined> = { ...process.env };

  private constructor(folder: string, store: DiskArtifactStore) {
    this.folder = folder;
    this.store = store;
    this.trees = new DiskTreeStore(store);
  }

  static async open(): Promise<SourceBench> {
    const folder = await mkdtemp(join(tmpdir(), 'slipway-sources-'));
    return new SourceBench(folder, await DiskArtifactStore.open(join(folder, 'store')));
  }

  fetch(source: SourceConfig, signal: AbortSignal = new AbortController().signal): Promise<FetchedSource> {
    const { store, trees, clock, limits, env } = this;
    const fetchers = new SourceFetchers({ store, trees, clock, verifier: new OpenpgpVerifier(), limits, env });
    return fetchers.fetch('core', source, this.folder, signal);
  }

  /** path -> text, or `-> target`, with a star behind the name of what may be executed. */
  async filesOf(tree: Sha256): Promise<Record<string, string>> {
    const entries = await this.trees.readTree(tree);
    const pairs = entries.map(async (entry) =>
      'link' in entry
        ? [entry.path, `-> ${entry.link}`]
        : [entry.path + (entry.mode === 0o755 ? '*' : ''), String(await this.store.read(entry.sha256))],
    );
    return Object.fromEntries(await Promise.all(pairs));
  }

  /** How many blobs the store holds: 0 when nothing was kept. */
  async kept(): Promise<number> {
    let count = 0;
    for await (const _ of this.store.list()) count += 1;
    return count;
  }

  close(): Promise<void> {
    return rm(this.folder, { recursive: true, force: true });
  }
}
