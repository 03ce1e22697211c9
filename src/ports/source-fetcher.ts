import type { SourceConfig } from '../domain/config/resolved-config.ts';
import type { Sha256 } from '../kernel/ids.ts';

export interface FetchedSource {
  /** Digest of the tree in the store. */
  readonly tree: Sha256;
  /** Where it came from, for the plan and the page: `git v12 (3b1f0c5)`, a URL, a path. No credentials. */
  readonly origin: string;
  /** The commit's time in seconds since the epoch, if the source has one: SOURCE_DATE_EPOCH. */
  readonly commitEpochS?: number;
  /** What proves it: `sha256`, `signature <fingerprint>`, `commit <hash>`, `none`. */
  readonly proof: string;
}

/** Brings a source (path, url, git) into the artifact store as a tree. */
export interface SourceFetcher {
  /**
   * @throws {SourceError} missing, wrong digest, bad signature, a URL that hangs, redirects away or ends early; nothing is kept.
   */
  fetch(name: string, source: SourceConfig, baseDir: string, signal: AbortSignal): Promise<FetchedSource>;
}
