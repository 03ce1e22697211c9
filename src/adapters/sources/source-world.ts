import type { ArtifactStore } from '../../ports/artifact-store.ts';
import type { Clock } from '../../ports/clock.ts';
import type { SignatureVerifier } from '../../ports/signature-verifier.ts';
import type { TreeStore } from '../../ports/tree-store.ts';
import type { SourceLimits } from './source-limits.ts';

/** What every kind of source needs. */
export interface SourceWorld {
  readonly store: ArtifactStore;
  readonly trees: TreeStore;
  readonly clock: Clock;
  readonly verifier: SignatureVerifier;
  readonly limits: SourceLimits;
  /** Of this process: git finds its proxy, its ssh agent and its user's settings there. */
  readonly env: Readonly<Record<string, string | undefined>>;
}
