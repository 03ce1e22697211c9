import { createHash, type Hash } from 'node:crypto';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Sha256 } from '../../kernel/ids.ts';
import { syncFolder } from '../../system/sync-folder.ts';
import { translateWriteError } from './disk-failure.ts';
import { temporaryName } from './temporary-name.ts';

/** So much is written before the disk is asked to take it, while more is written: else all of it waits for the last fsync. */
const BEHIND_BYTES = 8 * 1024 * 1024;

/**
 * A file under a temporary name, its sha256 made while it is written: one pass. No worker thread, because it does not
 * pay: 90 MB are 48 ms of sha256 with SHA instructions, in pieces of about half a millisecond while the disk writes.
 */
export class IncomingFile {
  readonly path: string;
  readonly #finalPath: string;
  readonly #isDurable: boolean;
  readonly #handle: FileHandle;
  readonly #hash: Hash = createHash('sha256');
  #sizeBytes = 0;
  #isOpen = true;
  #writtenSince = 0;
  #behind: Promise<void> | undefined;

  private constructor(path: string, finalPath: string, isDurable: boolean, handle: FileHandle) {
    this.path = path;
    this.#finalPath = finalPath;
    this.#isDurable = isDurable;
    this.#handle = handle;
  }

  /** `finalPath` is what errors speak of: where the bytes are to go. `durable`: on disk when it is sealed. */
  static async create(folder: string, finalPath: string, how: 'durable' | 'quick'): Promise<IncomingFile> {
    const path = join(folder, temporaryName());
    try {
      return new IncomingFile(path, finalPath, how === 'durable', await open(path, 'wx', 0o600));
    } catch (error) {
      throw translateWriteError(error, finalPath);
    }
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  async write(bytes: Uint8Array): Promise<void> {
    const written = this.#writeAll(bytes);
    this.#hash.update(bytes); // while the kernel copies the same bytes
    await written;
    this.#sizeBytes += bytes.length;
    this.#writtenSince += bytes.length;
    if (this.#isDurable && this.#writtenSince >= BEHIND_BYTES && this.#behind === undefined) this.#writeBehind();
  }

  /** What goes wrong here is thrown by `seal`; one that is discarded needs none of it on disk. */
  #writeBehind(): void {
    this.#writtenSince = 0;
    const behind = this.#handle.datasync().then(() => {
      this.#behind = undefined;
    });
    behind.catch(() => undefined);
    this.#behind = behind;
  }

  async #writeAll(bytes: Uint8Array): Promise<void> {
    try {
      // On a disk that is nearly full write(2) takes a part and only the next one fails.
      for (let done = 0; done < bytes.length; ) {
        done += (await this.#handle.write(bytes, done, bytes.length - done)).bytesWritten;
      }
    } catch (error) {
      throw translateWriteError(error, this.#finalPath);
    }
  }

  /** The digest of everything written; nothing can be written after it. */
  digest(): Sha256 {
    return this.#hash.digest('hex') as Sha256;
  }

  /** Sets the mode whatever the umask is, brings the bytes to the disk if they are to be durable, closes. */
  async seal(mode: number): Promise<void> {
    try {
      await this.#behind;
      await this.#handle.chmod(mode);
      if (this.#isDurable) await this.#handle.sync();
      this.#isOpen = false;
      await this.#handle.close();
    } catch (error) {
      throw translateWriteError(error, this.#finalPath);
    }
  }

  /** rename(2): readers see the old file or the new one. Then the folder is fsynced. */
  async moveTo(path: string): Promise<void> {
    try {
      await rename(this.path, path);
      await syncFolder(dirname(path));
    } catch (error) {
      throw translateWriteError(error, path);
    }
  }

  /** Ends it whatever state it is in. After `moveTo` there is nothing left to remove. */
  async discard(): Promise<void> {
    try {
      await this.#behind?.catch(() => undefined);
      if (this.#isOpen) await this.#handle.close();
      await rm(this.path, { force: true });
    } catch {
      // Whatever stopped the write may stop this too, and its error is the one to show. The next sweep removes the file.
    }
  }
}
