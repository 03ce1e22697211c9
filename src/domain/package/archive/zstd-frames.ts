import { PackageFormatError, PackageTooLargeError } from '../package-error.ts';
import type { ByteSource } from './byte-source.ts';

const MAGIC = 0xfd2fb528;
/** RFC 8878 3.1.2: frames that decoders skip have the magics 0x184D2A50 to 0x184D2A5F. */
const SKIPPABLE = 0x184d2a50;
/** What the `zstd` program allows itself too without being told (--long=27). */
const MAX_WINDOW_BYTES = 128 * 1024 * 1024;
const MAX_BLOCK_BYTES = 128 * 1024;

/**
 * Walks the frames of a zstd file (RFC 8878) without unpacking them: a decoder takes as much memory as a frame asks for, so it is
 * looked at first, and a file that is cut off is found here.
 * @throws {PackageFormatError} {@link PackageTooLargeError}
 */
export function checkZstdFrames(source: ByteSource): void {
  let at = 0;
  while (at < source.sizeBytes) {
    const magic = bytes(source, at, 4).readUInt32LE(0);
    if ((magic & 0xfffffff0) >>> 0 === SKIPPABLE) at += 8 + bytes(source, at + 4, 4).readUInt32LE(0);
    else if (magic === MAGIC) at = endOfFrame(source, at);
    else throw broken(`there is no frame at byte ${at}`);
  }
  if (at > source.sizeBytes) throw broken('it is cut off');
}

function endOfFrame(source: ByteSource, start: number): number {
  const descriptor = bytes(source, start + 4, 1).readUInt8(0);
  const isSingle = (descriptor & 0x20) !== 0;
  const sizeCode = descriptor >> 6;
  const sizeBytes = sizeCode === 0 ? Number(isSingle) : 1 << sizeCode;
  if ((descriptor & 3) !== 0) throw broken('it needs a dictionary');
  if ((descriptor & 8) !== 0) throw broken('it uses a reserved bit');
  let at = start + 5;
  let window = 0;
  if (!isSingle) {
    const code = bytes(source, at, 1).readUInt8(0);
    window = 2 ** (10 + (code >> 3)) * (1 + (code & 7) / 8);
    at += 1;
  } else {
    const field = bytes(source, at, sizeBytes);
    window = sizeBytes === 8 ? Number(field.readBigUInt64LE(0)) : field.readUIntLE(0, sizeBytes);
  }
  if (window > MAX_WINDOW_BYTES)
    throw new PackageTooLargeError(
      `Unpacking this zstd file takes ${window} bytes of memory; ${MAX_WINDOW_BYTES} is the most that is given.`,
      'Make it again with a smaller window, "zstd -19" or lower.',
    );
  at += sizeBytes;
  for (let isLast = false; !isLast; ) {
    const header = bytes(source, at, 3).readUIntLE(0, 3);
    const type = (header >> 1) & 3;
    const size = header >> 3;
    if (type === 3 || size > MAX_BLOCK_BYTES) throw broken(`the block at byte ${at} is damaged`);
    isLast = (header & 1) === 1;
    at += 3 + (type === 1 ? 1 : size);
  }
  return at + ((descriptor & 4) === 0 ? 0 : 4);
}

function bytes(source: ByteSource, at: number, length: number): Buffer {
  if (at + length > source.sizeBytes) throw broken('it is cut off');
  return Buffer.from(source.read(at, length));
}

const broken = (why: string): PackageFormatError =>
  new PackageFormatError(`The zstd file cannot be read: ${why}.`, 'Make or fetch the package again.');
