import { pipeline, Readable } from 'node:stream';
import { createGunzip, createInflateRaw, inflateRawSync } from 'node:zlib';
import { Decompress } from 'fzstd';
import { XzReadableStream } from 'xz-decompress';
import { type ByteSource, chunksOf } from '../../domain/package/archive/byte-source.ts';
import { checkZstdFrames } from '../../domain/package/archive/zstd-frames.ts';
import type { Compression } from '../../domain/package/deb/deb-members.ts';
import { PackageFormatError, PackageTooLargeError } from '../../domain/package/package-error.ts';

const GIB = 1024 ** 3;

/**
 * How many bytes a file of this size may unpack to: 200 times its own, at least 1 GiB, at most 64 GiB. Text packs 20 to 1; a thousand
 * to one is made to fill a disk or to keep a machine busy.
 */
export const unpackLimit = (packedBytes: number): number => Math.min(64 * GIB, Math.max(GIB, packedBytes * 200));

/**
 * Unpacks bytes as they are asked for.
 * @throws {PackageFormatError} damaged or cut off. @throws {PackageTooLargeError} more than `limitBytes`.
 */
export async function* unpack(
  compression: Compression | 'deflate',
  source: ByteSource,
  what: string,
  limitBytes = unpackLimit(source.sizeBytes),
): AsyncGenerator<Uint8Array> {
  let sizeBytes = 0;
  for await (const chunk of UNPACKERS[compression](source, what)) {
    sizeBytes += chunk.length;
    if (sizeBytes > limitBytes) throw tooLarge(what, source.sizeBytes, limitBytes);
    yield chunk;
  }
}

/**
 * The same for the bytes of a small zip member, at once: ten thousand streams take longer than their bytes.
 * @throws {PackageFormatError} damaged. @throws {PackageTooLargeError} more than `limitBytes`.
 */
export function inflateAtOnce(bytes: Uint8Array, what: string, limitBytes: number): Buffer {
  try {
    return inflateRawSync(bytes, { maxOutputLength: Math.max(1, limitBytes) });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE')
      throw tooLarge(what, bytes.length, limitBytes, error);
    throw translateZlib(error, what);
  }
}

type Unpacker = (source: ByteSource, what: string) => AsyncIterable<Uint8Array>;

const UNPACKERS: Readonly<Record<Compression | 'deflate', Unpacker>> = {
  none: (source) => Readable.from(chunksOf(source), { objectMode: false }),
  gzip: (source, what) => throughZlib(source, what, createGunzip()),
  deflate: (source, what) => throughZlib(source, what, createInflateRaw()),
  xz: unpackXz,
  zstd: unpackZstd,
};

async function* throughZlib(
  source: ByteSource,
  what: string,
  zlib: ReturnType<typeof createGunzip>,
): AsyncGenerator<Uint8Array> {
  try {
    const input = Readable.from(chunksOf(source), { objectMode: false });
    // The error is thrown where `zlib` is read; without a callback it would end the process.
    yield* pipeline(input, zlib, () => {}) as AsyncIterable<Uint8Array>;
  } catch (error) {
    throw translateZlib(error, what);
  }
}

const translateZlib = (error: unknown, what: string): unknown =>
  /^Z_/.test((error as NodeJS.ErrnoException).code ?? '') ? damaged(what, (error as Error).message, error) : error;

/** xz-embedded as WebAssembly; it refuses dictionaries over 64 MiB, the most that `xz -9` uses. */
const XZ_ERRORS: Readonly<Record<string, string>> = {
  '3': 'its check is of an unknown kind',
  '4': 'it needs more than 64 MiB of memory',
  '5': 'it is no xz file',
  '6': 'it uses a check or filter that is not read here (only LZMA2 with CRC32 or CRC64 is)',
  '7': 'its bytes are damaged',
  '8': 'it is cut off',
};

async function* unpackXz(source: ByteSource, what: string): AsyncGenerator<Uint8Array> {
  const input = new ReadableStream<Uint8Array>(
    {
      start() {},
      pull(controller) {
        const next = chunks.next();
        if (next.done === true) controller.close();
        else controller.enqueue(next.value);
      },
    },
    { highWaterMark: 0 },
  );
  const chunks = chunksOf(source);
  try {
    yield* new XzReadableStream(input) as unknown as AsyncIterable<Uint8Array>;
  } catch (error) {
    const code = /failed with error code (\d+)/.exec((error as Error).message)?.[1];
    if (code !== undefined) throw damaged(what, XZ_ERRORS[code] ?? `xz says ${code}`, error);
    if (source.sizeBytes === 0) throw damaged(what, 'it is empty', error);
    throw error;
  }
}

/**
 * fzstd unpacks all that a piece holds before anybody can count it, and 4 bytes may stand for 128 KiB (RFC 8878, RLE_Block):
 * so a piece is small.
 */
const ZSTD_PIECE = 2048;

/** fzstd checks neither sums nor how much memory is asked for: frames are looked at first, sums are those of our own store. */
async function* unpackZstd(source: ByteSource, what: string): AsyncGenerator<Uint8Array> {
  checkZstdFrames(source);
  let ready: Uint8Array[] = [];
  const decoder = new Decompress((chunk) => void ready.push(chunk));
  const feed = (chunk: Uint8Array, isLast: boolean): readonly Uint8Array[] => {
    try {
      decoder.push(chunk, isLast);
    } catch (error) {
      // It throws whatever wrong bytes lead it to, a RangeError or TypeError too; nothing but the bytes is its input.
      throw damaged(what, (error as Error).message, error);
    }
    const out = ready;
    ready = [];
    return out;
  };
  for (const chunk of chunksOf(source)) {
    const bytes = Buffer.from(chunk);
    for (let at = 0; at < bytes.length; at += ZSTD_PIECE) yield* feed(bytes.subarray(at, at + ZSTD_PIECE), false);
  }
  yield* feed(new Uint8Array(0), true);
}

const damaged = (what: string, why: string, cause: unknown): PackageFormatError =>
  new PackageFormatError(`${what} cannot be unpacked: ${why}.`, 'Make or fetch the package again.', { cause });

const tooLarge = (what: string, packedBytes: number, limitBytes: number, cause?: unknown): PackageTooLargeError =>
  new PackageTooLargeError(
    `${what} has ${packedBytes} bytes and unpacks to more than ${limitBytes}.`,
    'If it is meant to be so large, split the package.',
    { cause },
  );
