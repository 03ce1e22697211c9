import type { PublishingSettings, SealedGeneration } from './origin.ts';

/** What one client did and saw. */
export interface ClientEvidence {
  /** `reader` (our own), `apt 2.6.1`. */
  readonly client: string;
  readonly repository: string;
  /** `install hello`, `read index`, `refuse a changed package`. */
  readonly did: string;
  readonly passed: boolean;
  readonly exitCode?: number;
  /** Word for word, last lines. */
  readonly said: string;
  readonly durationMs: number;
}

/** A view to be proved. */
export interface VerifyRequest {
  /** Of the view, without a final slash. */
  readonly baseUrl: string;
  /** What the view must show. */
  readonly generation: SealedGeneration;
  readonly settings: PublishingSettings;
  /** Names (of the config) that must be installable or downloadable with their recorded digests. */
  readonly packages: readonly string[];
  /** Also show that spoiled bytes are refused: once, on the staging view; what is live is the same generation. */
  readonly provesRefusals: boolean;
  readonly signal: AbortSignal;
}

/** Proves a view of a channel as a user would: our own reader always, real clients where they are installed. */
export interface RepositoryClient {
  readonly name: string;
  /** undefined when it can run here, else why not: shown and recorded, never silent. */
  unavailable(): Promise<string | undefined>;
  /** What does not work is evidence, not an error; only an abort, and what is wrong with us, is thrown. */
  verify(request: VerifyRequest): Promise<readonly ClientEvidence[]>;
}

/** Serves a view of the origin on loopback: a channel's staging view, or what is live. */
export interface ViewServer {
  open(
    view: { readonly channel: string; readonly number: number } | 'live',
  ): Promise<{ readonly baseUrl: string; close(): Promise<void> }>;
}
