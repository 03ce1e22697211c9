import type { SourceConfig } from '../domain/config/resolved-config.ts';
import type { Sha256 } from '../kernel/ids.ts';

export interface FetchedSource {
  /** Digest of the tree in the store. */
  readonly tree: Sha256;
  /** Where it came from, for the plan and the page: `git https://... v12 (3b1f0c5)`, a URL, a path. No credentials. */
  readonly origin: string;
  /** The commit's time in seconds since the epoch, if the source has one: SOURCE_DATE_EPOCH. */
  readonly commitEpochS?: number;
  /** What proves it: `sha256`, `signature <fingerprint>`, both with a comma, `commit <hash>`, `none`. */
  readonly proof: string;
  /** What somebody should know, in sentences: no proof, empty folders or submodules that were left out. */
  readonly warnings: readonly string[];
}

/** Brings a source (path, url, git) into the artifact store as a tree. */
export interface SourceFetcher {
  /**
   * @throws {SourceMissingError} a path that is not there, or holds nothing.
   * @throws {SourceDownloadError} a URL that hangs, drips, redirects away or in circles, ends early, is too large.
   * @throws {SourceUnprovenError} wrong digest, bad signature, wrong or expired key. Nothing is kept.
   * @throws {SourceGitError} a repository or ref that git cannot give, or that could run something here.
   * @throws {TreeError} what came holds something that Slipway does not carry.
   */
  fetch(name: string, source: SourceConfig, baseDir: string, signal: AbortSignal): Promise<FetchedSource>;
}
