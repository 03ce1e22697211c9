import {
  PackageArchitectureError,
  PackageFormatError,
  PackageInputError,
  PackageMismatchError,
  PackageOptionError,
  PackageTooLargeError,
} from '../../domain/package/package-error.ts';
import { VersionFormatError } from '../../domain/package/version/version-error.ts';
import { SlipwayError } from '../../kernel/slipway-error.ts';
import { PackageToolError } from './package-builder-error.ts';

/** An error as it crosses from the worker: its class would not survive the way. */
export type ErrorText =
  | { readonly code: string; readonly happened: string; readonly remedy: string }
  | { readonly code: null; readonly systemCode: string | undefined; readonly text: string };

/** Every class that building or reading can end with and that is made of what happened and a remedy. */
const CLASSES = {
  SLIP_PACKAGE_OPTION: PackageOptionError,
  SLIP_PACKAGE_INPUT: PackageInputError,
  SLIP_PACKAGE_ARCHITECTURE: PackageArchitectureError,
  SLIP_PACKAGE_FORMAT: PackageFormatError,
  SLIP_PACKAGE_TOO_LARGE: PackageTooLargeError,
  SLIP_PACKAGE_MISMATCH: PackageMismatchError,
  SLIP_PACKAGE_TOOL: PackageToolError,
  SLIP_VERSION_FORMAT: VersionFormatError,
} as const;

export function toErrorText(error: unknown): ErrorText {
  if (error instanceof SlipwayError) return { code: error.code, happened: error.message, remedy: error.remedy };
  const { code, stack } = error instanceof Error ? (error as NodeJS.ErrnoException) : {};
  return { code: null, systemCode: code, text: stack ?? String(error) };
}

/** The same error on this side; undefined for one that is no news about a package but a fault. */
export function fromErrorText(text: ErrorText): SlipwayError | undefined {
  if (text.code === null || !Object.hasOwn(CLASSES, text.code)) return undefined;
  return new CLASSES[text.code as keyof typeof CLASSES](text.happened, text.remedy);
}
