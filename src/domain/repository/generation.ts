import type { Sha256 } from '../../kernel/ids.ts';
import type { Instant } from '../../kernel/instant.ts';
import type { PackageFacts } from '../package/package-facts.ts';

/** One package as a repository lists it. Its bytes lie in the artifact store. */
export interface ListedPackage {
  /** The package's name in the config. */
  readonly package: string;
  readonly fileName: string;
  readonly sha256: Sha256;
  readonly sizeBytes: number;
  readonly facts: PackageFacts;
  /** The release that brought it, and its version and revision (folder names of a files repository). */
  readonly release: string;
  readonly version: string;
  readonly revision: number;
  readonly releasedAt: Instant;
  /** Blob of the armoured detached signature, for a package with `sign`: published beside it as `NAME.asc`. */
  readonly signature?: Sha256;
}

/** What a repository of a channel holds in one generation. */
export interface RepositoryContent {
  readonly packages: readonly ListedPackage[];
  /** files: the version that `latest` names; undefined before the first promotion and after its undo. */
  readonly latest?: string;
}

/** A generation before it is written: content, order and date. Everything else follows from it. */
export interface GenerationPlan {
  readonly channel: string;
  /** Last number of the channel + 1, allocated in the journal; it only grows. */
  readonly number: number;
  readonly parent: number | null;
  readonly release: string;
  /** max(now, parent's date + 1 s): `Date` of Release and mtime of pointer files. Whole seconds. */
  readonly date: Instant;
  readonly journal: { readonly id: string; readonly position: number };
  readonly repositories: Readonly<Record<string, RepositoryContent>>;
}

/** What a release changes in one repository; the plan's digest covers it. */
export interface RepositoryChange {
  readonly repository: string;
  readonly added: readonly ListedPackage[];
  readonly removed: readonly ListedPackage[];
  /** Same name in the repository's eyes, other bytes: refused. */
  readonly changed: readonly { readonly before: ListedPackage; readonly after: ListedPackage }[];
}
