import type { ResolvedConfig } from '../domain/config/resolved-config.ts';
import type { GenerationPlan, RepositoryContent } from '../domain/repository/generation.ts';
import type { GenerationRecord } from '../domain/repository/generation-record.ts';
import type { Sha256 } from '../kernel/ids.ts';
import type { Instant } from '../kernel/instant.ts';
import type { Signer, SigningKey } from './signer.ts';

/** A sealed generation without its packages: what `generation.json` says. */
export interface GenerationSummary {
  readonly channel: string;
  readonly number: number;
  readonly parent: number | null;
  readonly release: string;
  readonly date: Instant;
  readonly journal: { readonly id: string; readonly position: number };
  /** sha256 of generation.json: what a pointer's `before` and `after` name. */
  readonly digest: Sha256;
  readonly record: GenerationRecord;
}

/** A sealed generation: immutable, numbered, complete. */
export interface SealedGeneration extends GenerationSummary {
  readonly repositories: Readonly<Record<string, RepositoryContent>>;
}

export interface PointerState {
  readonly number: number;
  readonly digest: Sha256;
}

/** What a generation is written with: where repositories lie, who signs them, which public keys users get. */
export interface PublishingSettings {
  readonly config: Pick<ResolvedConfig, 'project' | 'origin' | 'repositories' | 'channels'>;
  /** By signing name. */
  readonly signers: Readonly<Record<string, { readonly signer: Signer; readonly key: SigningKey }>>;
}

/**
 * One origin tree on disk (packaging 7): pool, numbered generations, one pointer per channel.
 * Bytes never change under a name; a promotion is one rename(2).
 */
export interface Origin {
  /**
   * Writes every file of the generation, fsyncs, then `generation.json` last. Writing the same plan again is the same as once.
   * Old index files of generations younger than `keep` are carried along.
   * @throws {BytesChangedError} (exit 6) a name that users have seen would get other bytes; nothing was written.
   * @throws {GenerationTakenError} (exit 6) that number holds something else.
   */
  write(plan: GenerationPlan, settings: PublishingSettings): Promise<SealedGeneration>;
  /** @throws {GenerationNotSealedError} there is no such generation. */
  generation(channel: string, number: number): Promise<SealedGeneration>;
  /** All sealed generations of a channel, by number. */
  generations(channel: string): Promise<readonly GenerationSummary[]>;
  /** Channels that have generations here, also those that the config no longer knows. */
  channels(): Promise<readonly string[]>;
  /** What users see now; undefined before the first promotion. */
  current(channel: string): Promise<PointerState | undefined>;
  /** What the staging view shows; undefined when nothing is staged. */
  staged(channel: string): Promise<PointerState | undefined>;
  /** Points the staging view at a sealed generation, or at none. */
  stage(channel: string, number: number | null): Promise<void>;
  /**
   * Moves the channel's pointer under the origin's own lock: epoch and number must grow and `before` must still be there.
   * Flipping to what is there already is done.
   * @throws {PointerMovedError} (exit 6) the pointer is not at `before`; nothing has changed.
   * @throws {PointerBackwardsError} (exit 6) the channel has shown that number or a higher one.
   * @throws {OriginFencedError} (exit 6) a later epoch has been here.
   * @throws {OriginHeldError} (exit 6) another process does not let go of the lock.
   */
  flip(
    channel: string,
    flip: { readonly before: PointerState | null; readonly after: PointerState; readonly epoch: number },
  ): Promise<void>;
  /**
   * Removes generations and pool files that nothing may need any more (packaging 8), never within a promotion.
   * `needed`: generations of open releases and candidates. What is live, staged, or among the last five always stays.
   * @returns paths below the origin.
   */
  sweep(
    channel: string,
    options: { readonly keepMs: number; readonly now: Instant; readonly needed: ReadonlySet<number> },
  ): Promise<readonly string[]>;
  /** Every file a sealed generation names exists with its digest. Yields what does not. */
  audit(channel: string, number: number): AsyncIterable<{ readonly path: string; readonly problem: string }>;
}
