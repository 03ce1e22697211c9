import type { ResolvedConfig } from '../../domain/config/resolved-config.ts';
import type { ArtifactStore } from '../../ports/artifact-store.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Journal, LeaseHolder } from '../../ports/journal.ts';
import type { Origin, PublishingSettings } from '../../ports/origin.ts';
import type { RepositoryClient, ViewServer } from '../../ports/repository-client.ts';
import type { RunConductor } from '../run/run-conductor.ts';

/** All that a release asks of the world. */
export interface ReleaseWorld {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly holder: LeaseHolder;
  readonly store: ArtifactStore;
  readonly runs: RunConductor;
  readonly clients: readonly RepositoryClient[];
  /** Shows a generation, or what is live, on loopback. */
  views(config: ResolvedConfig): ViewServer;
  /** The origin tree of a config. */
  origin(config: ResolvedConfig): Origin;
  /** Reads the signing keys of a config; throws what is wrong with one. */
  publishing(config: ResolvedConfig): Promise<PublishingSettings>;
}

/** Who asks, as the journal records it. */
export interface Actor {
  readonly login: string;
  readonly proof: 'token' | 'header' | 'os-user';
}
