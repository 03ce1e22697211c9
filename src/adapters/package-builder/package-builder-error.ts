import { PackageError } from '../../domain/package/package-error.ts';

/**
 * A program that a package needs is not installed, or it failed. Slipway never falls back to another format by itself. Install the
 * program on this machine, or take what the message proposes.
 */
export class PackageToolError extends PackageError {
  readonly code = 'SLIP_PACKAGE_TOOL';
}

/**
 * The folder where packages are put together cannot be written: the disk is full, read-only or gone. No package was stored and
 * nothing was left there. Free space, then run the command again.
 */
export class PackageScratchError extends PackageError {
  readonly code = 'SLIP_PACKAGE_SCRATCH';

  constructor(folder: string, reason: string, options?: ErrorOptions) {
    super(
      `A package could not be put together in ${folder}: ${reason}.`,
      'Free space there or make it writable, then run the same command again.',
      options,
    );
  }
}

/**
 * The thread that builds or reads a package ended before it was done: out of memory, or a fault of Slipway. Run the command again; if
 * it happens again, report it with the package that does it.
 */
export class PackageWorkerError extends PackageError {
  readonly code = 'SLIP_PACKAGE_WORKER';

  constructor(what: string, reason: string, options?: ErrorOptions) {
    super(
      `${what} ended early: ${reason}.`,
      'Run it again. If it happens again, report it with this message.',
      options,
    );
  }
}
