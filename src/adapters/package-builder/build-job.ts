import type { Tree } from '../../domain/artifact/tree.ts';
import type { PackageOptions } from '../../domain/config/resolved-config.ts';
import type { PackageFacts } from '../../domain/package/package-facts.ts';
import type { Sha256 } from '../../kernel/ids.ts';

/** What a worker is asked to build. Plain values: it crosses to another thread. */
export interface BuildJob {
  readonly kind: 'build';
  readonly format: 'deb' | 'tar' | 'zip';
  readonly options: PackageOptions;
  readonly version: string;
  readonly inputs: Readonly<Record<string, Tree>>;
  readonly sourceDateEpochS: number;
  /** A folder of this job alone. */
  readonly scratch: string;
}

/** What a worker is asked to read. */
export interface InspectJob {
  readonly kind: 'inspect';
  readonly sha256: Sha256;
  readonly fileName: string;
  readonly scratch: string;
}

/** A package that lies in the scratch folder: these bytes, then those of a file, then these. */
export interface AssembledPackage {
  readonly fileName: string;
  readonly head: Uint8Array;
  readonly bodyPath: string;
  readonly tail: Uint8Array;
  readonly sha256: Sha256;
  readonly sizeBytes: number;
  readonly facts: PackageFacts;
}

/** Reads a blob of the artifact store, its digest checked. */
export type OpenBlob = (sha256: Sha256) => AsyncIterable<Uint8Array>;
