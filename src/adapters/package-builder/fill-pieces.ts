import type { ContentRef, Piece } from '../../domain/package/archive/archive-entry.ts';
import { PackageInputError } from '../../domain/package/package-error.ts';
import type { Sha256 } from '../../kernel/ids.ts';
import type { OpenBlob } from './build-job.ts';

/** Sees the bytes of each blob as they are written. */
export interface BlobObserver {
  begin?(sha256: Sha256): void;
  chunk(chunk: Uint8Array): void;
  end?(): void;
}

/** Compressors get pieces of exactly this size: how a store cuts its bytes can then never change a package's. */
const CHUNK_BYTES = 64 * 1024;

/** The bytes of an archive, with the blobs it names filled in. One chunk is in memory at a time. */
export async function* fillPieces(
  pieces: Iterable<Piece>,
  open: OpenBlob,
  observer?: BlobObserver,
): AsyncGenerator<Uint8Array> {
  for (const piece of pieces) {
    if (piece instanceof Uint8Array) yield piece;
    else yield* readBlob(piece, open, observer);
  }
}

/** @throws {PackageInputError} the store has another number of bytes than the tree says: the header is written already. */
export async function* readBlob(
  content: ContentRef,
  open: OpenBlob,
  observer?: BlobObserver,
): AsyncGenerator<Uint8Array> {
  let sizeBytes = 0;
  observer?.begin?.(content.sha256);
  for await (const chunk of open(content.sha256)) {
    sizeBytes += chunk.length;
    observer?.chunk(chunk);
    yield chunk;
  }
  if (sizeBytes !== content.sizeBytes)
    throw new PackageInputError(
      `Artifact ${content.sha256} has ${sizeBytes} bytes, but its tree says ${content.sizeBytes}.`,
      'The tree that names it is wrong: make that input again.',
    );
  observer?.end?.();
}

/** The same bytes in chunks of one size; only the last may be shorter. */
export async function* rechunk(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let buffer = Buffer.allocUnsafe(CHUNK_BYTES);
  let filled = 0;
  for await (const chunk of chunks) {
    let at = 0;
    while (at < chunk.length) {
      const part = chunk.subarray(at, at + CHUNK_BYTES - filled);
      buffer.set(part, filled);
      filled += part.length;
      at += part.length;
      if (filled < CHUNK_BYTES) continue;
      yield buffer;
      buffer = Buffer.allocUnsafe(CHUNK_BYTES); // the one before is still being compressed
      filled = 0;
    }
  }
  if (filled > 0) yield buffer.subarray(0, filled);
}
