import type { FileTarget } from '../config/resolved-config.ts';
import { type ArchiveEntry, type DirEntry, ROOT } from './archive/archive-entry.ts';
import { foldersAbove, linkFault, sortByPath } from './archive/archive-path.ts';
import type { Inputs } from './find-in-inputs.ts';
import { PackageInputError, PackageOptionError } from './package-error.ts';
import { checkPath, parseOwner, type TargetRules, targetPath } from './package-target.ts';

/**
 * What goes into a package: every file, folder and link that `with.files` asks for, sorted by path.
 *
 * `from: to` brings a file, or the whole content of a folder. `to` that ends in `/` puts a file into that folder. With `dir` or
 * `link` nothing is read: the key is then only a name.
 * @throws {PackageOptionError} {@link PackageInputError}
 */
export function packageContents(
  files: Readonly<Record<string, FileTarget>>,
  inputs: Inputs,
  rules: TargetRules,
): readonly ArchiveEntry[] {
  const entries = Object.entries(files).flatMap(([from, target]) => entriesOf(from, target, inputs, rules));
  return arrangeEntries(entries);
}

function entriesOf(from: string, target: FileTarget, inputs: Inputs, rules: TargetRules): readonly ArchiveEntry[] {
  const key = `files.${from}`;
  refuseCombinations(from, target, inputs, rules, key);
  const owner = target.owner === undefined ? ROOT : parseOwner(target.owner, key);
  const common = { owner, askedBy: key };
  const path = targetPath(target.to, rules, key);
  if (target.link !== undefined) return [{ kind: 'link', path: checkPath(path, key), target: target.link, ...common }];
  if (target.dir === true) return [{ kind: 'dir', path: checkPath(path, key), mode: target.mode ?? 0o755, ...common }];

  const found = inputs.find(from, key);
  const config = target.config ?? false;
  if (found.kind === 'file') {
    const name = target.to.endsWith('/') ? `${path}${path === '' ? '' : '/'}${from.split('/').at(-1)}` : path;
    const { sha256, sizeBytes, mode } = found.file;
    return [
      {
        kind: 'file',
        path: checkPath(name, key),
        mode: target.mode ?? mode,
        content: { sha256, sizeBytes },
        config,
        ...common,
      },
    ];
  }
  return found.entries.map((entry) => {
    const below = checkPath(path === '' ? entry.path : `${path}/${entry.path}`, key);
    if ('link' in entry) return { kind: 'link', path: below, target: entry.link, ...common };
    const { sha256, sizeBytes } = entry;
    return {
      kind: 'file',
      path: below,
      mode: target.mode ?? entry.mode,
      content: { sha256, sizeBytes },
      config,
      ...common,
    };
  });
}

/** Combinations that would silently do nothing, or something else than they say. */
function refuseCombinations(from: string, target: FileTarget, inputs: Inputs, rules: TargetRules, key: string): void {
  const refuse = (why: string, remedy: string): never => {
    throw new PackageOptionError(`${key} ${why}.`, remedy);
  };
  if (target.dir === true && target.link !== undefined) refuse('has both dir and link', 'Keep one of them.');
  const isOwn = target.dir === true || target.link !== undefined;
  if (isOwn && target.config === true) refuse('is no file, so it cannot have config', 'Remove config.');
  if (target.link !== undefined && target.mode !== undefined)
    refuse('is a link, and a link has no mode', 'Remove mode.');
  if (target.config === true && rules.format !== 'deb')
    refuse(`has config, which a ${rules.format} cannot keep`, 'Remove config.');
  if (target.owner !== undefined && rules.format === 'zip')
    refuse('has owner, which a zip cannot keep', 'Remove owner.');
  if (isOwn && inputs.has(from)) {
    const what = target.dir === true ? 'dir' : 'link';
    refuse(
      `has ${what}, so nothing is read, but ${from} exists`,
      `Remove ${what} to bring it, or give the key another name.`,
    );
  }
}

/** Sorts, and refuses what cannot lie in one folder together. @throws {PackageOptionError} */
export function arrangeEntries(entries: readonly ArchiveEntry[]): readonly ArchiveEntry[] {
  const byPath = new Map<string, ArchiveEntry>();
  for (const entry of entries) {
    const before = byPath.get(entry.path);
    if (before)
      throw new PackageOptionError(
        `${before.askedBy} and ${entry.askedBy} both make ${entry.path}.`,
        'Give one of them another target, or name single files instead of the folder.',
      );
    byPath.set(entry.path, entry);
  }
  for (const entry of entries)
    for (const folder of foldersAbove(entry.path)) {
      const above = byPath.get(folder);
      if (above && above.kind !== 'dir')
        throw new PackageOptionError(
          `${entry.askedBy} makes ${entry.path}, but ${above.askedBy} makes ${folder} a ${above.kind}.`,
          'Give one of them another target.',
        );
    }
  return sortByPath(entries);
}

/** Every link of a package leads to a place inside it. @throws {PackageOptionError} {@link PackageInputError} */
export function checkLinks(entries: readonly ArchiveEntry[], root: 'package' | 'none'): void {
  for (const entry of entries) {
    const fault = entry.kind === 'link' ? linkFault(entry.path, entry.target, root) : undefined;
    if (fault === undefined) continue;
    const remedy =
      root === 'package' ? 'Let it point to a path below /.' : 'Let it point to a path inside the archive.';
    throw new PackageInputError(`${entry.askedBy} brings the link ${entry.path}, which ${fault}.`, remedy);
  }
}

/** The same entries with every folder above them, as dpkg wants them to know whose they are. `''` is the root. */
export function withFolders(entries: readonly ArchiveEntry[]): readonly ArchiveEntry[] {
  const known = new Set(entries.filter(({ kind }) => kind === 'dir').map(({ path }) => path));
  const folder = (path: string): DirEntry => ({ kind: 'dir', path, mode: 0o755, owner: ROOT, askedBy: 'Slipway' });
  const added = new Map<string, DirEntry>([['', folder('')]]);
  for (const entry of entries)
    for (const path of foldersAbove(entry.path))
      if (!known.has(path) && !added.has(path)) added.set(path, folder(path));
  return sortByPath([...added.values(), ...entries]);
}
