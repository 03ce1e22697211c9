import { createHash } from 'node:crypto';
import { access, lstat, mkdir, open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { artifactOf, artifactPath } from '../../domain/artifact/artifact-path.ts';
import type { Sha256 } from '../../kernel/ids.ts';
import type { ArtifactStore, Blob, DamagedBlob } from '../../ports/artifact-store.ts';
import {
  ArtifactDamagedError,
  ArtifactDigestError,
  ArtifactMissingError,
  ArtifactStoreGoneError,
} from '../../ports/artifact-store-error.ts';
import { hasCode } from '../../system/has-code.ts';
import { makeFolder } from '../../system/make-folder.ts';
import { syncFolder } from '../../system/sync-folder.ts';
import { translateWriteError } from './disk-failure.ts';
import { contentOf, digestOfFile, inPieces, isSmall, openOrdinaryFile, piecesOf } from './file-bytes.ts';
import { IncomingFile } from './incoming-file.ts';
import { copyBlob, linkBlob } from './place-blob.ts';
import { removeAbandoned } from './remove-abandoned.ts';
import { SweepMarks } from './sweep-blobs.ts';

export interface DiskArtifactStoreOptions {
  /** Told when damaged bytes were found and replaced because the right ones were put again. */
  readonly onRepair?: (found: DamagedBlob) => void;
}

/**
 * The store in a folder: `<root>/sha256/ab/<64 hex>`. Bytes are written in `<root>/sha256` (their folder is known only when
 * they are all there; the same file system, so rename(2) is one step), then moved. Safe for any number of processes.
 */
export class DiskArtifactStore implements ArtifactStore {
  readonly root: string;
  readonly #blobs: string;
  readonly #marks: SweepMarks;
  readonly #onRepair: (found: DamagedBlob) => void;

  private constructor(root: string, options: DiskArtifactStoreOptions) {
    this.root = root;
    this.#blobs = join(root, 'sha256');
    this.#marks = new SweepMarks(root);
    this.#onRepair = options.onRepair ?? (() => undefined);
  }

  /** Makes the folders when they are not there, and removes what crashed writers left behind. */
  static async open(root: string, options: DiskArtifactStoreOptions = {}): Promise<DiskArtifactStore> {
    const store = new DiskArtifactStore(root, options);
    try {
      await makeFolder(store.#blobs);
      await makeFolder(join(root, 'marks'));
    } catch (error) {
      throw translateWriteError(error, root);
    }
    await removeAbandoned(store.#blobs, Date.now());
    return store;
  }

  pathOf(sha256: Sha256): string {
    return join(this.root, artifactPath(sha256));
  }

  async put(bytes: AsyncIterable<Uint8Array> | Uint8Array, expected?: Sha256): Promise<Blob> {
    return this.#put(bytes, 'What was read', expected);
  }

  async putFile(path: string, expected?: Sha256): Promise<Blob> {
    const { handle, sizeBytes } = await openOrdinaryFile(path);
    try {
      return await this.#put(await contentOf(handle, sizeBytes), path, expected);
    } finally {
      await handle.close();
    }
  }

  async #put(bytes: AsyncIterable<Uint8Array> | Uint8Array, what: string, expected?: Sha256): Promise<Blob> {
    if (!(bytes instanceof Uint8Array)) return this.#take(bytes, what, expected);
    if (!isSmall(bytes.length)) return this.#take(inPieces(bytes), what, expected);
    const sha256 = createHash('sha256').update(bytes).digest('hex') as Sha256;
    if (expected !== undefined && sha256 !== expected) throw new ArtifactDigestError(what, expected, sha256);
    const blob = { sha256, sizeBytes: bytes.length };
    return (await this.#find(blob)) === 'kept' ? blob : this.#take([bytes], what, expected);
  }

  async #take(bytes: AsyncIterable<Uint8Array> | Iterable<Uint8Array>, what: string, expected?: Sha256): Promise<Blob> {
    const incoming = await this.#orGone(IncomingFile.create(this.#blobs, this.#blobs, 'durable'));
    try {
      for await (const piece of bytes) await incoming.write(piece);
      const blob = { sha256: incoming.digest(), sizeBytes: incoming.sizeBytes };
      if (expected !== undefined && blob.sha256 !== expected) {
        throw new ArtifactDigestError(what, expected, blob.sha256);
      }
      const found = await this.#find(blob);
      if (found !== 'kept') await this.#orGone(this.#moveIn(incoming, blob.sha256));
      if (typeof found === 'object') this.#onRepair(found);
      return blob;
    } finally {
      await incoming.discard();
    }
  }

  async #moveIn(incoming: IncomingFile, sha256: Sha256): Promise<void> {
    await incoming.seal(0o444);
    const folder = join(this.#blobs, sha256.slice(0, 2));
    try {
      await mkdir(folder);
      await syncFolder(this.#blobs);
    } catch (error) {
      if (!hasCode(error, 'EEXIST')) throw translateWriteError(error, folder);
    }
    await incoming.moveTo(this.pathOf(sha256));
  }

  /** Does the store hold these bytes already, undamaged? Then they are kept for whoever puts them now. */
  async #find(blob: Blob): Promise<'kept' | 'absent' | DamagedBlob> {
    await this.#orGone(this.#marks.remove(blob.sha256)); // before the look, see SweepMarks
    if ((await this.stat(blob.sha256)) === undefined) return 'absent';
    const path = this.pathOf(blob.sha256);
    const actual = await digestOfFile(path).catch(absentOrUnreadable);
    if (actual === 'absent') return 'absent'; // a sweep has just taken it
    if (actual !== blob.sha256) return { sha256: blob.sha256, path, actual };
    // Another process may have renamed it a moment ago and not yet fsynced the folder; our caller relies on it now.
    await syncFolder(join(this.#blobs, blob.sha256.slice(0, 2)));
    return 'kept';
  }

  async *open(sha256: Sha256): AsyncGenerator<Uint8Array> {
    const path = this.pathOf(sha256);
    const handle = await open(path, 'r').catch((error: unknown) => this.#missing(sha256, error));
    try {
      const hash = createHash('sha256');
      for await (const piece of piecesOf(handle)) {
        hash.update(piece);
        yield piece;
      }
      const actual = hash.digest('hex') as Sha256;
      if (actual !== sha256) throw new ArtifactDamagedError(sha256, path, actual);
    } catch (error) {
      if (hasCode(error, 'EIO', 'EISDIR')) throw new ArtifactDamagedError(sha256, path, 'unreadable', { cause: error });
      throw error;
    } finally {
      await handle.close();
    }
  }

  async read(sha256: Sha256): Promise<Buffer> {
    const pieces: Uint8Array[] = [];
    for await (const piece of this.open(sha256)) pieces.push(piece);
    return Buffer.concat(pieces);
  }

  async stat(sha256: Sha256): Promise<Blob | undefined> {
    try {
      return { sha256, sizeBytes: (await lstat(this.pathOf(sha256))).size };
    } catch (error) {
      if (!hasCode(error, 'ENOENT')) throw error;
      await this.#mustExist(error);
      return undefined;
    }
  }

  async materialize(sha256: Sha256, path: string, how: 'link' | 'copy', mode = 0o644): Promise<'linked' | 'copied'> {
    const placement = { sha256, from: this.pathOf(sha256), to: path };
    try {
      return how === 'link' ? await linkBlob(placement) : await copyBlob(placement, mode, 'quick');
    } catch (cause) {
      // Asked only now: a release links thousands of artifacts, and hardly ever one that is missing.
      if (hasCode(cause, 'ENOENT') && (await this.stat(sha256)) === undefined)
        throw new ArtifactMissingError(sha256, placement.from, { cause });
      throw cause;
    }
  }

  async *list(): AsyncGenerator<Blob> {
    const folders = await readdir(this.#blobs).catch((error: unknown) => this.#goneOr(error));
    for (const folder of folders.filter((name) => /^[0-9a-f]{2}$/.test(name)).sort()) {
      for (const name of (await readdir(join(this.#blobs, folder))).sort()) {
        const sha256 = artifactOf(folder, name);
        const blob = sha256 === undefined ? undefined : await this.stat(sha256);
        if (blob !== undefined) yield blob;
      }
    }
  }

  async *verify(): AsyncGenerator<DamagedBlob> {
    for await (const { sha256 } of this.list()) {
      const path = this.pathOf(sha256);
      const actual = await digestOfFile(path).catch(absentOrUnreadable);
      if (actual !== 'absent' && actual !== sha256) yield { sha256, path, actual };
    }
  }

  async sweep(keep: ReadonlySet<Sha256>, nowMs: number): Promise<readonly Blob[]> {
    await this.#orGone(removeAbandoned(this.#blobs, nowMs));
    const removed: Blob[] = [];
    const marked = new Set<Sha256>();
    for await (const blob of this.list()) {
      if (keep.has(blob.sha256)) continue;
      if ((await this.#marks.sweep(blob, nowMs)) === 'removed') removed.push(blob);
      else marked.add(blob.sha256);
    }
    await this.#marks.forget((sha256) => marked.has(sha256));
    return removed;
  }

  /** ENOENT may mean that the whole store has gone: an unmounted disk must not look like an empty one. */
  async #mustExist(cause: unknown): Promise<void> {
    try {
      await access(this.#blobs);
    } catch (error) {
      if (hasCode(error, 'ENOENT')) throw new ArtifactStoreGoneError(this.root, { cause });
      throw error;
    }
  }

  async #goneOr(error: unknown): Promise<never> {
    if (hasCode(error, 'ENOENT')) await this.#mustExist(error);
    throw error;
  }

  async #orGone<Value>(work: Promise<Value>): Promise<Value> {
    return work.catch((error: unknown) => this.#goneOr(error));
  }

  async #missing(sha256: Sha256, error: unknown): Promise<never> {
    if (!hasCode(error, 'ENOENT')) throw error;
    await this.#mustExist(error);
    throw new ArtifactMissingError(sha256, this.pathOf(sha256), { cause: error });
  }
}

/** The disk's own words are lost on purpose here: what counts is that these bytes cannot be had. */
const absentOrUnreadable = (error: unknown) => (hasCode(error, 'ENOENT') ? 'absent' : 'unreadable');
