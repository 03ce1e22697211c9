import { lstat, readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { TreeError } from '../../domain/artifact/tree-error.ts';
import { checkTreePath } from '../../domain/artifact/tree-path.ts';

/** What lies in a folder, before any byte is read. Paths are relative to it. */
export interface FolderContent {
  readonly files: readonly string[];
  readonly links: readonly { readonly path: string; readonly link: string }[];
  readonly emptyFolders: readonly string[];
}

const KINDS = [
  ['isFIFO', 'is a pipe'],
  ['isSocket', 'is a socket'],
  ['isBlockDevice', 'is a block device'],
  ['isCharacterDevice', 'is a character device'],
] as const;

/** Walks a folder without following any link. @throws {TreeError} something in it cannot be carried. */
export async function readFolder(root: string, except: readonly string[]): Promise<FolderContent> {
  const found = { files: [] as string[], links: [] as { path: string; link: string }[], emptyFolders: [] as string[] };
  const todo = [''];
  for (let folder = todo.pop(); folder !== undefined; folder = todo.pop()) {
    // As bytes: Node would turn a name that is no UTF-8 into another name without a word.
    const names = (await readdir(join(root, folder), { encoding: 'buffer' })).map((name) => decode(folder, name));
    const kept = folder === '' ? names.filter((name) => !except.includes(name)) : names;
    if (kept.length === 0 && folder !== '') found.emptyFolders.push(folder);
    for (const name of kept) {
      const path = folder === '' ? name : `${folder}/${name}`;
      checkTreePath(path);
      const stats = await lstat(join(root, path));
      if (stats.isDirectory()) todo.push(path);
      else if (stats.isSymbolicLink()) found.links.push({ path, link: await targetOf(root, path) });
      else if (stats.isFile()) found.files.push(path);
      else {
        const kind = KINDS.find(([is]) => stats[is]())?.[1] ?? 'is neither file, folder nor link';
        throw new TreeError(path, kind, 'Remove it: only files, folders and links are carried.');
      }
    }
  }
  found.emptyFolders.sort();
  return found;
}

async function targetOf(root: string, path: string): Promise<string> {
  return decode(path, await readlink(join(root, path), { encoding: 'buffer' }));
}

function decode(where: string, name: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(name);
  } catch (cause) {
    const shown = `${where === '' ? '' : `${where}/`}${name.toString('latin1')}`;
    throw new TreeError(shown, 'has a name that is not UTF-8', 'Rename it.', { cause });
  }
}
