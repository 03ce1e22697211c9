import type { Sha256 } from '../kernel/ids.ts';

/** Bytes in the store: they never change under their name. */
export interface Blob {
  readonly sha256: Sha256;
  readonly sizeBytes: number;
}

/** Content-addressed bytes on disk (later also S3). Files are mode 0444, written aside, fsynced, renamed. */
export interface ArtifactStore {
  /** Streams bytes in; the name is their digest. `expected` given and different: nothing is kept, ArtifactDigestError. */
  put(bytes: AsyncIterable<Uint8Array> | Uint8Array, expected?: Sha256): Promise<Blob>;
  /** Takes a file of this machine in (copied, never moved: it may still be written). */
  putFile(path: string, expected?: Sha256): Promise<Blob>;
  /** Streams the bytes out, checking the digest while they are read: ArtifactDamagedError at the end of damaged bytes. */
  open(sha256: Sha256): AsyncIterable<Uint8Array>;
  /** Whole bytes, digest checked. */
  read(sha256: Sha256): Promise<Buffer>;
  stat(sha256: Sha256): Promise<Blob | undefined>;
  /** Puts the bytes at `path`: `link` shares the inode (origin, read-only), `copy` gives a file of its own (work folders). `mode` for copies. */
  materialize(sha256: Sha256, path: string, how: 'link' | 'copy', mode?: number): Promise<'linked' | 'copied'>;
  list(): AsyncIterable<Blob>;
  /** Reads every byte again and yields what is damaged. */
  verify(): AsyncIterable<{ readonly sha256: Sha256; readonly actual: Sha256 | 'unreadable' }>;
  /**
   * Removes what `keep` does not name and was already unnamed at a sweep at least 24 h before `nowMs` (two marks).
   * @returns what was removed.
   */
  sweep(keep: ReadonlySet<Sha256>, nowMs: number): Promise<readonly Blob[]>;
}
