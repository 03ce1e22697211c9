import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import type { Sha256 } from '../../kernel/ids.ts';
import { ArtifactInputError } from '../../ports/artifact-store-error.ts';
import { hasCode } from '../../system/has-code.ts';

/** Measured: from 1 MiB on, larger pieces are not faster; the sha256 of one holds the event loop for half a millisecond. */
const PIECE_BYTES = 1024 * 1024;

/** Small enough to be hashed at once, before anything is written. */
export const isSmall = (sizeBytes: number): boolean => sizeBytes <= PIECE_BYTES;

/** What to put into a store: a small file whole, so that bytes which are there already are not written again. */
export const contentOf = async (handle: FileHandle, sizeBytes: number): Promise<Buffer | AsyncIterable<Buffer>> =>
  isSmall(sizeBytes) ? await handle.readFile() : passingPieces(handle);

/** The bytes of an open file, each piece a buffer of its own, no larger than the file needs: thousands are small. */
export const piecesOf = (handle: FileHandle): AsyncGenerator<Buffer> => readPieces(handle, Buffer.allocUnsafe);

/**
 * The same for who is done with a piece when it asks for the next one: they are two buffers in turns. Otherwise 90 MB pass
 * through 90 MB of memory, which the collector gives back when it likes.
 */
export function passingPieces(handle: FileHandle): AsyncGenerator<Buffer> {
  const buffers: Buffer[] = [];
  return readPieces(handle, (sizeBytes) => {
    const buffer = buffers.length < 2 ? Buffer.allocUnsafe(sizeBytes) : (buffers.shift() as Buffer);
    buffers.push(buffer);
    return buffer;
  });
}

/** One piece is read ahead, while the one before it is worked on. */
async function* readPieces(handle: FileHandle, allocate: (sizeBytes: number) => Buffer): AsyncGenerator<Buffer> {
  const { size } = await handle.stat();
  const pieceBytes = Math.min(PIECE_BYTES, size + 1);
  const read = (): Promise<Buffer> => {
    const buffer = allocate(pieceBytes);
    const reading = handle.read(buffer, 0, pieceBytes, null).then(({ bytesRead }) => buffer.subarray(0, bytesRead));
    reading.catch(() => undefined); // thrown by the await below; whoever stops before that is not told
    return reading;
  };
  let ahead = read();
  try {
    for (;;) {
      const piece = await ahead;
      if (piece.length === 0) return; // short reads are legal; only 0 is the end
      ahead = read();
      yield piece;
    }
  } finally {
    await ahead.catch(() => undefined); // the file is closed next
  }
}

/** Bytes in memory in pieces, so that their sha256 does not hold the event loop. */
export function* inPieces(bytes: Uint8Array): Generator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += PIECE_BYTES) yield bytes.subarray(start, start + PIECE_BYTES);
}

export async function digestOfFile(path: string): Promise<Sha256> {
  const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const hash = createHash('sha256');
    for await (const piece of passingPieces(handle)) hash.update(piece);
    return hash.digest('hex') as Sha256;
  } finally {
    await handle.close();
  }
}

/**
 * Opens an ordinary file and nothing else. O_NONBLOCK: opening a pipe must not wait for a writer; O_NOFOLLOW: a link put
 * there between a check and this call is not followed. @throws {ArtifactInputError}
 */
export async function openOrdinaryFile(path: string): Promise<{ handle: FileHandle; sizeBytes: number; mode: number }> {
  let handle: FileHandle;
  try {
    handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (cause) {
    if (hasCode(cause, 'ELOOP')) throw new ArtifactInputError(path, 'a link', { cause });
    if (hasCode(cause, 'ENXIO'))
      throw new ArtifactInputError(path, 'a socket, or a device that is not there', { cause });
    if (hasCode(cause, 'ENOENT')) throw new ArtifactInputError(path, 'not there', { cause });
    if (hasCode(cause, 'EACCES', 'EPERM')) throw new ArtifactInputError(path, 'not readable for this user', { cause });
    throw cause;
  }
  const stats = await handle.stat();
  if (stats.isFile()) return { handle, sizeBytes: stats.size, mode: stats.mode };
  await handle.close();
  const what = stats.isDirectory() ? 'a folder' : stats.isFIFO() ? 'a pipe' : 'a device or socket';
  throw new ArtifactInputError(path, what);
}
