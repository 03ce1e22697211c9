import type { Sha256 } from '../kernel/ids.ts';

/** Bytes in the store: they never change under their name. */
export interface Blob {
  readonly sha256: Sha256;
  readonly sizeBytes: number;
}

/** A blob whose bytes are no longer those of its name, and where it lies. */
export interface DamagedBlob {
  readonly sha256: Sha256;
  readonly path: string;
  /** The digest the bytes have now; `unreadable` when the disk does not give them at all. */
  readonly actual: Sha256 | 'unreadable';
}

/**
 * Content-addressed bytes on disk (later also S3). Files are mode 0444, written aside, fsynced, renamed.
 * Any number of processes may use one store at once. The errors are those of `artifact-store-error.ts`; any of the calls
 * may also end with ArtifactStoreGoneError, ArtifactDiskFullError or ArtifactReadOnlyError, and then nothing has changed.
 */
export interface ArtifactStore {
  /**
   * Streams bytes in; the name is their digest. Putting the same bytes again is the same as once.
   * @throws {ArtifactDigestError} `expected` is given and differs: nothing is kept.
   */
  put(bytes: AsyncIterable<Uint8Array> | Uint8Array, expected?: Sha256): Promise<Blob>;
  /**
   * Takes a file of this machine in (copied, never moved: it may still be written).
   * @throws {ArtifactInputError} not an ordinary file; a link at its end is not followed.
   * @throws {ArtifactDigestError} `expected` is given and differs: nothing is kept.
   */
  putFile(path: string, expected?: Sha256): Promise<Blob>;
  /**
   * Streams the bytes out, checking the digest while they are read.
   * @throws {ArtifactDamagedError} at the end of damaged bytes. @throws {ArtifactMissingError} at the start.
   */
  open(sha256: Sha256): AsyncIterable<Uint8Array>;
  /** Whole bytes, digest checked. @throws {ArtifactDamagedError} @throws {ArtifactMissingError} */
  read(sha256: Sha256): Promise<Buffer>;
  stat(sha256: Sha256): Promise<Blob | undefined>;
  /**
   * Puts the bytes at `path`, in a folder that exists, under a name that is free (the same bytes there already are fine).
   * `link` shares the inode, read-only (origin; nothing is read); across file systems it becomes a copy, digest checked,
   * fsynced, 0444. `copy` gives a file of its own, digest checked, with `mode` (default 0644); not fsynced, for work folders.
   * @throws {ArtifactTargetError} (exit 6) the name is taken by something else: nothing has changed.
   */
  materialize(sha256: Sha256, path: string, how: 'link' | 'copy', mode?: number): Promise<'linked' | 'copied'>;
  list(): AsyncIterable<Blob>;
  /** Reads every byte again and yields what is damaged. */
  verify(): AsyncIterable<DamagedBlob>;
  /**
   * Removes what `keep` does not name and was already unnamed at a sweep at least 24 h before `nowMs` (two marks).
   * Bytes that were put again in between start anew. Also removes what crashed writers left behind.
   * @returns what was removed.
   */
  sweep(keep: ReadonlySet<Sha256>, nowMs: number): Promise<readonly Blob[]>;
}
