import type { Tree } from '../domain/artifact/tree.ts';
import type { Sha256 } from '../kernel/ids.ts';

export interface StoredTree {
  /** Digest of the tree's text, itself in the artifact store: names the whole folder. */
  readonly sha256: Sha256;
  readonly tree: Tree;
  /** Folders with nothing in them: a tree holds files and links only, so these are not kept. Sorted. */
  readonly emptyFolders: readonly string[];
}

/**
 * Folders as values, over the artifact store. The digest depends on names, bytes, links and on who may execute; not on the
 * order of the directory, umask, owner or times. Also ends with the errors of the artifact store.
 */
export interface TreeStore {
  /**
   * Takes a folder in, with every file below it. Names in `except` are left out at the top (`.git`).
   * @throws {TreeError} a device, socket or pipe, a name with a control character, a link that leaves the folder.
   */
  putTree(dir: string, except?: readonly string[]): Promise<StoredTree>;
  /** Takes one file in as a tree with that one file, under its own name or `name`. A link is not followed. */
  putFileAsTree(path: string, name?: string): Promise<StoredTree>;
  /** Makes a tree of files that are in the store already (outputs, downloads); checks it as any other. @throws {TreeError} */
  storeTree(entries: Tree): Promise<StoredTree>;
  /** @throws {TreeError} the bytes are no tree. @throws {ArtifactMissingError} @throws {ArtifactDamagedError} */
  readTree(sha256: Sha256): Promise<Tree>;
  /**
   * Writes the tree below `dir`: made if needed, else empty. Folders 0755, files copied with 0644 or 0755 whatever the umask,
   * every digest checked, links last, so nothing is ever written through one. After an error `dir` holds a part: remove it.
   * @throws {TreeTargetError} (exit 6) `dir` is not an empty folder.
   */
  materializeTree(sha256: Sha256, dir: string): Promise<Tree>;
}
