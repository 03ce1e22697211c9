import type { PackageOptions } from '../domain/config/resolved-config.ts';
import type { PackageFacts } from '../domain/package/package-facts.ts';
import type { Sha256 } from '../kernel/ids.ts';

export interface PackageBuildRequest {
  readonly format: 'deb' | 'tar' | 'zip';
  /** Templates filled. */
  readonly options: PackageOptions;
  /** In the format's own notation: `1.2~rc1`, `1.0-2` (`packageVersion` writes it). */
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

/**
 * Builds a package from the store into the store, outside this thread. The same request gives the same bytes. Besides
 * {@link PackageError} also ends with the errors of the artifact store.
 */
export interface PackageBuilder {
  /**
   * Builds it, reads it back and refuses it when it is not what was asked for; then it is stored.
   * @throws {PackageOptionError} {@link PackageInputError} {@link PackageArchitectureError} {@link PackageTooLargeError}
   * @throws {PackageToolError} xz is asked for and not installed. @throws {PackageScratchError} no room to put it together.
   * @throws {VersionFormatError} a version the format cannot have. @throws the signal's reason.
   */
  build(request: PackageBuildRequest, signal: AbortSignal): Promise<BuiltPackage>;
  /**
   * Reads any package, built or brought, from end to end: sniffs what it is, unpacks all of it, reads name, version, architecture.
   * `checkPackage` compares that with the plan.
   * @throws {PackageFormatError} damaged, hostile, not what its name says. @throws {PackageTooLargeError} a bomb.
   */
  inspect(sha256: Sha256, fileName: string): Promise<PackageFacts>;
}
