import type { PackageOptions } from '../config/resolved-config.ts';
import { PackageOptionError } from './package-error.ts';

/** What names of files may be made of, everywhere they go: shells, URLs, indexes. */
const SAFE = /^[A-Za-z0-9][A-Za-z0-9.+~_-]*$/;

/**
 * The name of a package's file: `hello_1.0_all.deb` (an epoch is not written, as in Debian's archive), `hello-1.0.tar.gz`.
 * @throws {PackageOptionError} a name or version that cannot be part of a file name.
 */
export function packageFileName(format: 'deb' | 'tar' | 'zip', options: PackageOptions, version: string): string {
  if (format === 'deb') return `${options.name}_${version.replace(/^\d+:/, '')}_${options.arch}.deb`;
  for (const [what, text] of [
    ['name', options.name],
    ['version', version],
  ] as const)
    if (!SAFE.test(text))
      throw new PackageOptionError(
        `${what} is ${JSON.stringify(text)}, which cannot be part of a file name.`,
        'Use letters, digits and . + ~ _ - only, with a letter or digit first.',
      );
  const suffix = format === 'zip' ? 'zip' : options.compression === 'xz' ? 'tar.xz' : 'tar.gz';
  const fileName = `${options.name}-${version}.${suffix}`;
  if (fileName.length > 255)
    throw new PackageOptionError(
      `${fileName.slice(0, 40)}... has ${fileName.length} characters, 255 is the most.`,
      'Shorten name.',
    );
  return fileName;
}
