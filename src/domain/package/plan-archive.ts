import type { PackageOptions } from '../config/resolved-config.ts';
import type { ArchiveEntry } from './archive/archive-entry.ts';
import type { Inputs } from './find-in-inputs.ts';
import { checkLinks, packageContents } from './package-contents.ts';
import { PackageOptionError } from './package-error.ts';

/** The members of a tar or zip, sorted. @throws {PackageOptionError} {@link PackageInputError} */
export function planArchive(format: 'tar' | 'zip', options: PackageOptions, inputs: Inputs): readonly ArchiveEntry[] {
  refuseDebOptions(format, options);
  const rules = options.root === undefined ? { format } : { format, root: options.root };
  const entries = packageContents(options.files, inputs, rules);
  if (entries.length === 0)
    throw new PackageOptionError(
      `The ${format} of ${options.name} would hold nothing: files is empty.`,
      'Write under files what goes into it, such as { app/hello: hello }.',
    );
  checkLinks(entries, 'none');
  return entries;
}

/** What only a deb can carry is refused here, or it would silently do nothing. */
function refuseDebOptions(format: 'tar' | 'zip', options: PackageOptions): void {
  const used = [
    ['scripts', Object.keys(options.scripts).length],
    ['systemd', options.systemd.length],
    ['conffiles', options.conffiles.length],
    [Object.keys(options.relations)[0] ?? '', Object.keys(options.relations).length],
    ['compression: xz', format === 'zip' && options.compression === 'xz' ? 1 : 0],
  ] as const;
  const [key] = used.find(([, count]) => count > 0) ?? [];
  if (key === undefined) return;
  throw new PackageOptionError(`A ${format} cannot have ${key}.`, `Remove it, or use "uses: deb" for this package.`);
}
