import type { PackageOptions } from '../../config/resolved-config.ts';
import { type ArchiveEntry, ROOT } from '../archive/archive-entry.ts';
import { sortByPath } from '../archive/archive-path.ts';
import type { Inputs, TreeFile } from '../find-in-inputs.ts';
import { arrangeEntries, checkLinks, packageContents, withFolders } from '../package-contents.ts';
import { PackageInputError, PackageOptionError } from '../package-error.ts';
import { UNIT_FOLDER } from './systemd-snippets.ts';

/** A deb before any byte of its files is read. */
export interface DebPlan {
  /** Members of data.tar, folders included, sorted. */
  readonly entries: readonly ArchiveEntry[];
  /** Absolute paths, sorted. */
  readonly conffiles: readonly string[];
  /** Script name -> the file that holds it. */
  readonly scripts: Readonly<Record<string, TreeFile>>;
  /** Unit's file name -> the file that holds it. */
  readonly units: Readonly<Record<string, TreeFile>>;
}

/** @throws {PackageOptionError} {@link PackageInputError} */
export function planDeb(options: PackageOptions, inputs: Inputs): DebPlan {
  if (options.root !== undefined)
    throw new PackageOptionError('root is for tar and zip; targets of a deb are absolute.', 'Remove root.');
  const units = options.systemd.map((path, i) => fileAt(path, `systemd[${i}]`, inputs));
  const unitTargets = units.map(({ from, name }) => [from, { to: `/${UNIT_FOLDER}/${name}`, mode: 0o644 }] as const);
  const asked = packageContents(options.files, inputs, { format: 'deb' });
  const added = packageContents(Object.fromEntries(unitTargets), inputs, { format: 'deb' }).map((unit) => ({
    ...unit,
    askedBy: 'systemd',
  }));
  const twice = added.find((unit) => asked.some(({ path }) => path === unit.path)); // few units
  if (twice)
    throw new PackageOptionError(
      `files and systemd both make /${twice.path}.`,
      'Remove it from files: systemd installs it.',
    );
  const contents = arrangeEntries([...asked, ...added]);
  checkLinks(contents, 'package');
  const scripts = Object.entries(options.scripts).map(
    ([name, path]) => [name, fileAt(path, `scripts.${name}`, inputs).file] as const,
  );
  return {
    entries: withFolders(contents),
    conffiles: conffilesOf(contents, options.conffiles),
    scripts: Object.fromEntries(scripts),
    units: Object.fromEntries(units.map(({ name, file }) => [name, file])),
  };
}

function fileAt(from: string, key: string, inputs: Inputs) {
  const found = inputs.find(from, key);
  if (found.kind === 'folder')
    throw new PackageInputError(`${key} names ${from}, which is a folder.`, 'Name the file.');
  return { from, name: from.split('/').at(-1) ?? '', file: found.file };
}

/** Debian Policy 10.7.3: files that dpkg never replaces without asking. */
function conffilesOf(contents: readonly ArchiveEntry[], listed: readonly string[]): readonly string[] {
  const files = new Map(contents.map((entry) => [`/${entry.path}`, entry]));
  for (const path of listed) {
    const kind = files.get(path)?.kind;
    if (kind === 'file') continue;
    throw new PackageOptionError(
      `conffiles has ${path}, which is ${kind === undefined ? 'not in the package' : `a ${kind}, not a file`}.`,
      'Write the absolute path of a file of the package, as it stands under files.',
    );
  }
  const flagged = contents.filter((entry) => entry.kind === 'file' && entry.config).map((entry) => `/${entry.path}`);
  return sortByPath([...new Set([...listed, ...flagged])].map((path) => ({ path }))).map(({ path }) => path);
}

/** Members of control.tar, sorted, from their texts. */
export function controlEntries(texts: Readonly<Record<string, string>>): readonly ArchiveEntry[] {
  const own = { owner: ROOT, askedBy: 'Slipway' };
  const executable = new Set(['preinst', 'postinst', 'prerm', 'postrm']);
  const files = Object.entries(texts)
    .filter(([, text]) => text !== '')
    .map(([path, text]): ArchiveEntry => {
      const mode = executable.has(path) ? 0o755 : 0o644;
      return { kind: 'file', path, mode, content: Buffer.from(text), config: false, ...own };
    });
  return [{ kind: 'dir', path: '', mode: 0o755, ...own }, ...sortByPath(files)];
}
