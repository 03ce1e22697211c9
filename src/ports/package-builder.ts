import type { PackageOptions } from '../domain/config/resolved-config.ts';
import type { PackageFacts } from '../domain/package/package-facts.ts';
import type { Sha256 } from '../kernel/ids.ts';

export interface PackageBuildRequest {
  readonly format: 'deb' | 'tar' | 'zip';
  /** Templates filled. */
  readonly options: PackageOptions;
  /** In the format's own notation: `1.2~rc1`, `1.0-2`. */
  readonly version: string;
  /** Trees, seen at `<name>/` as a script would. */
  readonly inputs: Readonly<Record<string, Sha256>>;
  readonly sourceDateEpochS: number;
}

export interface BuiltPackage {
  /** `hello_1.0_all.deb`, `hello-1.0.tar.gz`. */
  readonly fileName: string;
  readonly sha256: Sha256;
  readonly sizeBytes: number;
  /** What our own reader found in it. */
  readonly facts: PackageFacts;
}

/** Builds a package from the store into the store, outside this thread. The same request gives the same bytes. */
export interface PackageBuilder {
  /** @throws {PackageError} a named input is missing, an ELF file under `arch: all`, xz is not installed, ... */
  build(request: PackageBuildRequest, signal: AbortSignal): Promise<BuiltPackage>;
  /** Reads any package (built or brought) back: sniffs the magic, reads name, version, architecture. */
  inspect(sha256: Sha256, fileName: string): Promise<PackageFacts>;
}
