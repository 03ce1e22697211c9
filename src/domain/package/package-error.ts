import { EXIT } from '../../kernel/exit-code.ts';
import { SlipwayError } from '../../kernel/slipway-error.ts';

/** What building a package or reading one back can end with. */
export abstract class PackageError extends SlipwayError {}

/**
 * A value under `with` of a package cannot be used: a name or field that Debian Policy does not allow, a target outside the package,
 * two files for one path. The message names the key and the rule; correct it in the config.
 */
export class PackageOptionError extends PackageError {
  readonly code = 'SLIP_PACKAGE_OPTION';
  override readonly exitCode = EXIT.usage;
}

/**
 * A file that a package is to be made of is not among its inputs, or is not what the config says it is. Look at what the
 * source or the step before left there, then correct the path under `files`, `scripts` or `systemd`.
 */
export class PackageInputError extends PackageError {
  readonly code = 'SLIP_PACKAGE_INPUT';
}

/**
 * A package for all machines (`arch: all`) holds a program for one kind of machine. Users of another kind would install it and
 * it could not start. Write the architecture that the message names, and make one package for each.
 */
export class PackageArchitectureError extends PackageError {
  readonly code = 'SLIP_PACKAGE_ARCHITECTURE';
  override readonly exitCode = EXIT.usage;
}

/**
 * A package, built or brought, cannot be read: it is cut short, damaged, not of the format its name says, or made to do harm (members that
 * leave their folder, sizes that cannot be). It is not taken in. Make or fetch it again.
 */
export class PackageFormatError extends PackageError {
  readonly code = 'SLIP_PACKAGE_FORMAT';
}

/**
 * A package is larger than its format or its reader allows: over 65,535 files in a zip, 8 GiB in one file of a deb, or bytes that
 * unpack to far more than they pack. The message has both numbers.
 */
export class PackageTooLargeError extends PackageError {
  readonly code = 'SLIP_PACKAGE_TOO_LARGE';
}

/**
 * A package says of itself another name, version or architecture than the plan. It is refused: users would get something else than
 * the release promises. Correct the script that makes it, or the config.
 */
export class PackageMismatchError extends PackageError {
  readonly code = 'SLIP_PACKAGE_MISMATCH';
  override readonly exitCode = EXIT.refused;
}
