import { randomUUID } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  fchmodSync,
  fsync,
  futimesSync,
  linkSync,
  mkdirSync,
  openSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { Instant } from '../../kernel/instant.ts';
import { makeFolder } from '../../system/make-folder.ts';
import { syncFolder } from '../../system/sync-folder.ts';
import { FOLDER_MODE } from './origin-paths.ts';

/** Readable for whoever serves the tree, whatever the umask of whoever writes it. */
const FILE_MODE = 0o444;
/** Files that wait for their fsync at the same time: each holds a file descriptor. */
const WAITING = 64;

/** Names of folders that are still being written: never a generation, never served, swept when they are a day old. */
export const UNFINISHED = '.new-';

const flush = promisify(fsync);

/**
 * A folder that is written under a temporary name and moved to its own when every file and every folder of it is on disk. A
 * crash at any point leaves a `.new-` folder, or the whole.
 *
 * Names and small files are made by synchronous calls: each takes some microseconds, a trip to the thread pool takes ten times
 * as long. What waits for the disk (fsync) is asynchronous and done at the end, so that the file system can do it in one go.
 */
export class NewFolder {
  readonly path: string;
  readonly #folders = new Set<string>();
  #waiting: number[] = [];

  private constructor(path: string) {
    this.path = path;
  }

  static async create(parent: string, label: string): Promise<NewFolder> {
    await makeFolder(parent, FOLDER_MODE);
    const folder = new NewFolder(join(parent, `${UNFINISHED}${label}-${randomUUID()}`));
    folder.#ensure('.');
    return folder;
  }

  /** A file; on disk after `sync`. `modifiedAt` becomes `Last-Modified` where it is served. */
  async write(path: string, bytes: Uint8Array | string, modifiedAt: Instant): Promise<void> {
    this.#ensure(dirname(path));
    const file = openSync(join(this.path, path), 'wx', FILE_MODE);
    this.#waiting.push(file);
    writeFileSync(file, bytes);
    fchmodSync(file, FILE_MODE);
    futimesSync(file, modifiedAt / 1000, modifiedAt / 1000);
    if (this.#waiting.length >= WAITING) await this.#syncWaiting();
  }

  /** A second name for a file that is on disk, or that this folder has written. */
  link(existing: string, path: string): void {
    this.#ensure(dirname(path));
    linkSync(existing, join(this.path, path));
  }

  symlink(target: string, path: string): void {
    this.#ensure(dirname(path));
    symlinkSync(target, join(this.path, path));
  }

  /** Brings everything to disk: the files' bytes, and their names, which are on disk only when their folders are. */
  async sync(): Promise<void> {
    for (const folder of this.#folders) this.#waiting.push(openSync(join(this.path, folder), 'r'));
    await this.#syncWaiting();
  }

  /** One rename(2). Refused by the kernel when a folder with something in it is there. */
  async moveTo(path: string): Promise<void> {
    await rename(this.path, path);
    await syncFolder(dirname(path));
  }

  async discard(): Promise<void> {
    for (const file of this.#waiting.splice(0)) closeSync(file);
    await rm(this.path, { recursive: true, force: true });
  }

  async #syncWaiting(): Promise<void> {
    const files = this.#waiting.splice(0);
    const results = await Promise.allSettled(files.map((file) => flush(file)));
    for (const file of files) closeSync(file); // not before the last fsync has ended: the number would be given to another file
    for (const result of results) if (result.status === 'rejected') throw result.reason;
  }

  /** Makes a folder and those above it, once. */
  #ensure(folder: string): void {
    if (this.#folders.has(folder)) return;
    if (folder !== '.') this.#ensure(dirname(folder));
    mkdirSync(join(this.path, folder), { mode: FOLDER_MODE });
    chmodSync(join(this.path, folder), FOLDER_MODE);
    this.#folders.add(folder);
  }
}
