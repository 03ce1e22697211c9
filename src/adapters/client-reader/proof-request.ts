import type { RepositoryConfig } from '../../domain/config/resolved-config.ts';
import type { ListedPackage, RepositoryContent } from '../../domain/repository/generation.ts';
import type { Instant } from '../../kernel/instant.ts';
import type { SealedGeneration } from '../../ports/origin.ts';
import type { SignatureVerifier } from '../../ports/signature-verifier.ts';
import type { SigningKey } from '../../ports/signer.ts';
import type { ByteSource } from './http-source.ts';

/** One repository of a view, and what it must show. */
export interface ProofRequest<Type extends RepositoryConfig['type']> {
  readonly source: ByteSource;
  readonly verifier: SignatureVerifier;
  readonly project: string;
  readonly config: Extract<RepositoryConfig, { type: Type }>;
  /** Of the repository, without a final slash. */
  readonly url: string;
  /** The key that users pin. */
  readonly key: SigningKey;
  readonly now: Instant;
  readonly generation: SealedGeneration;
  readonly content: RepositoryContent;
  /** What this release brought here: downloaded whole. */
  readonly wanted: readonly ListedPackage[];
}
