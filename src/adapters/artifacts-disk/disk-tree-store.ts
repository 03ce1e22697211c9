import { chmod, mkdir, readdir, symlink } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { formatTree, makeTree, parseTree, type Tree, type TreeEntry } from '../../domain/artifact/tree.ts';
import { TreeTargetError } from '../../domain/artifact/tree-error.ts';
import type { Sha256 } from '../../kernel/ids.ts';
import type { ArtifactStore } from '../../ports/artifact-store.ts';
import type { StoredTree, TreeStore } from '../../ports/tree-store.ts';
import { hasCode } from '../../system/has-code.ts';
import { makeFolder } from '../../system/make-folder.ts';
import { translateWriteError } from './disk-failure.ts';
import { contentOf, openOrdinaryFile } from './file-bytes.ts';
import { inParallel } from './in-parallel.ts';
import { readFolder } from './read-folder.ts';

/** Folders of this machine in and out of any artifact store. */
export class DiskTreeStore implements TreeStore {
  readonly #store: ArtifactStore;

  constructor(store: ArtifactStore) {
    this.#store = store;
  }

  async putTree(dir: string, except: readonly string[] = []): Promise<StoredTree> {
    const { files, links, emptyFolders } = await readFolder(dir, except);
    makeTree(links); // a folder with a bad link is refused before its first byte is stored
    const entries = await inParallel(files, (path) => this.#putEntry(join(dir, path), path));
    return { ...(await this.storeTree([...entries, ...links])), emptyFolders };
  }

  async putFileAsTree(path: string, name = basename(path)): Promise<StoredTree> {
    return this.storeTree([await this.#putEntry(path, name)]);
  }

  /** Mode and bytes of one open file, so that they belong together even when its name is replaced meanwhile. */
  async #putEntry(file: string, path: string): Promise<TreeEntry> {
    const { handle, mode, sizeBytes: seenBytes } = await openOrdinaryFile(file);
    try {
      const { sha256, sizeBytes } = await this.#store.put(await contentOf(handle, seenBytes));
      return { path, mode: (mode & 0o100) === 0 ? 0o644 : 0o755, sha256, sizeBytes };
    } finally {
      await handle.close();
    }
  }

  async storeTree(entries: Tree): Promise<StoredTree> {
    const tree = makeTree(entries);
    const { sha256 } = await this.#store.put(Buffer.from(formatTree(tree)));
    return { sha256, tree, emptyFolders: [] };
  }

  async readTree(sha256: Sha256): Promise<Tree> {
    return parseTree((await this.#store.read(sha256)).toString('utf8'), sha256);
  }

  async materializeTree(sha256: Sha256, dir: string): Promise<Tree> {
    const tree = await this.readTree(sha256);
    await makeEmptyFolder(dir);
    await makeFolders(dir, tree);
    await inParallel(tree, async (entry) => {
      if ('sha256' in entry) await this.#store.materialize(entry.sha256, join(dir, entry.path), 'copy', entry.mode);
    });
    for (const entry of tree) {
      if ('link' in entry) await translated(symlink(entry.link, join(dir, entry.path)), join(dir, entry.path));
    }
    return tree;
  }
}

async function makeEmptyFolder(dir: string): Promise<void> {
  await translated(makeFolder(dir), dir);
  if ((await translated(readdir(dir), dir)).length > 0) throw new TreeTargetError(dir);
  await translated(chmod(dir, 0o755), dir);
}

/** Sorted paths: a parent comes before what lies in it. */
async function makeFolders(dir: string, tree: Tree): Promise<void> {
  const folders = new Set<string>();
  for (const { path } of tree) {
    for (let end = path.indexOf('/'); end !== -1; end = path.indexOf('/', end + 1)) folders.add(path.slice(0, end));
  }
  for (const folder of folders) {
    await translated(mkdir(join(dir, folder)), join(dir, folder));
    await translated(chmod(join(dir, folder), 0o755), join(dir, folder)); // whatever the umask is
  }
}

async function translated<Value>(work: Promise<Value>, path: string): Promise<Value> {
  return work.catch((error: unknown) => {
    if (hasCode(error, 'EEXIST', 'ENOTDIR')) throw new TreeTargetError(path, { cause: error });
    throw translateWriteError(error, path);
  });
}
