import { randomUUID } from 'node:crypto';
import { chmod, link, mkdir, open, rename, rm, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Instant } from '../../kernel/instant.ts';
import { syncFolder } from './sync-folder.ts';

/** Readable for whoever serves the tree, whatever the umask of whoever writes it. */
const FILE_MODE = 0o444;
const FOLDER_MODE = 0o755;

/** Names of folders that are still being written: never a generation, never served, swept when they are a day old. */
export const UNFINISHED = '.new-';

/**
 * A folder that is written under a temporary name and moved to its own when every file and every folder of it is on disk. A
 * crash at any point leaves a `.new-` folder, or the whole.
 */
export class NewFolder {
  readonly path: string;
  readonly #folders = new Map<string, Promise<void>>();

  private constructor(path: string) {
    this.path = path;
  }

  static async create(parent: string, label: string): Promise<NewFolder> {
    await mkdir(parent, { recursive: true, mode: FOLDER_MODE });
    const folder = new NewFolder(join(parent, `${UNFINISHED}${label}-${randomUUID()}`));
    await folder.#ensure('.');
    return folder;
  }

  /** A file, on disk when this resolves. `modifiedAt` becomes `Last-Modified` where it is served. */
  async write(path: string, bytes: Uint8Array | string, modifiedAt: Instant): Promise<void> {
    await this.#ensure(dirname(path));
    const handle = await open(join(this.path, path), 'wx', FILE_MODE);
    try {
      await handle.writeFile(bytes);
      await handle.chmod(FILE_MODE);
      await handle.utimes(modifiedAt / 1000, modifiedAt / 1000);
      await handle.sync();
    } finally {
      await handle.close();
    }
  }

  /** A second name for a file that is on disk already. */
  async link(existing: string, path: string): Promise<void> {
    await this.#ensure(dirname(path));
    await link(existing, join(this.path, path));
  }

  async symlink(target: string, path: string): Promise<void> {
    await this.#ensure(dirname(path));
    await symlink(target, join(this.path, path));
  }

  /** Names are on disk only when their folders are. */
  async sync(): Promise<void> {
    await Promise.all([...this.#folders.keys()].map((folder) => syncFolder(join(this.path, folder))));
  }

  /** One rename(2). Refused by the kernel when a folder with something in it is there. */
  async moveTo(path: string): Promise<void> {
    await rename(this.path, path);
    await syncFolder(dirname(path));
  }

  async discard(): Promise<void> {
    await rm(this.path, { recursive: true, force: true });
  }

  /** Makes a folder and those above it, once. */
  #ensure(folder: string): Promise<void> {
    const making = this.#folders.get(folder) ?? this.#make(folder);
    this.#folders.set(folder, making);
    return making;
  }

  async #make(folder: string): Promise<void> {
    if (folder !== '.') await this.#ensure(dirname(folder));
    await mkdir(join(this.path, folder), { mode: FOLDER_MODE });
    await chmod(join(this.path, folder), FOLDER_MODE);
  }
}
