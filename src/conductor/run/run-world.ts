import type { ArtifactStore } from '../../ports/artifact-store.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Executor } from '../../ports/executor.ts';
import type { Journal, LeaseHolder } from '../../ports/journal.ts';
import type { PackageBuilder } from '../../ports/package-builder.ts';
import type { SourceFetcher } from '../../ports/source-fetcher.ts';
import type { TreeStore } from '../../ports/tree-store.ts';

/** All that a run asks of the world. */
export interface RunWorld {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly holder: LeaseHolder;
  readonly store: ArtifactStore;
  readonly trees: TreeStore;
  readonly executor: Executor;
  readonly builder: PackageBuilder;
  readonly sources: SourceFetcher;
  /** Steps at the same time, at least 1: the cores of this machine. */
  readonly parallelSteps: number;
}
