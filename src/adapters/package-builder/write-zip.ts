import { type FileHandle, open as openFile } from 'node:fs/promises';
import { pipeline, Readable } from 'node:stream';
import { crc32, createDeflateRaw, deflateRawSync } from 'node:zlib';
import type { ArchiveEntry, ContentRef } from '../../domain/package/archive/archive-entry.ts';
import { GZIP_LEVEL } from '../../domain/package/archive/gzip-header.ts';
import {
  type ZipRecord,
  zipDirectory,
  zipLocalHeader,
  zipLocalHeaderBytes,
} from '../../domain/package/archive/zip-writer.ts';
import type { OpenBlob } from './build-job.ts';
import { type BlobObserver, readBlob, rechunk } from './fill-pieces.ts';

/** Smaller files are compressed at once: a stream of its own for each of ten thousand takes longer than its bytes. */
const SMALL_BYTES = 256 * 1024;

/**
 * Writes a zip to a new file. A member's header holds the sum and sizes of the bytes after it: for a large member its place is left
 * free and filled once they are known, so that no member needs a data descriptor, which some readers cannot read.
 */
export async function writeZip(
  entries: readonly ArchiveEntry[],
  mtimeS: number,
  open: OpenBlob,
  path: string,
): Promise<void> {
  const file = await openFile(path, 'wx');
  const out = new ZipFile(file, mtimeS);
  try {
    for (const entry of entries) await writeMember(out, entry, open);
    await out.end();
  } finally {
    await file.close();
  }
}

/** A zip as it grows. Small members are gathered and written together. */
class ZipFile {
  readonly #file: FileHandle;
  readonly #mtimeS: number;
  readonly #records: ZipRecord[] = [];
  #gathered: Uint8Array[] = [];
  #gatheredBytes = 0;
  /** Where the gathered bytes will stand. */
  #at = 0;

  constructor(file: FileHandle, mtimeS: number) {
    this.#file = file;
    this.#mtimeS = mtimeS;
  }

  async add(member: Member, packed: Uint8Array): Promise<void> {
    const record = { ...member, packedBytes: packed.length, offset: this.#at + this.#gatheredBytes };
    const header = zipLocalHeader(record, this.#mtimeS);
    this.#gathered.push(header, packed);
    this.#gatheredBytes += header.length + packed.length;
    this.#records.push(record);
    if (this.#gatheredBytes >= SMALL_BYTES) await this.#flush();
  }

  /** `member` is asked once all of `packed` was read: then its sum is known. */
  async addLarge(path: string, packed: AsyncIterable<Uint8Array>, member: () => Member): Promise<void> {
    await this.#flush();
    const offset = this.#at;
    this.#at += zipLocalHeaderBytes(path);
    const start = this.#at;
    for await (const chunk of packed) await this.#append(chunk);
    const record = { ...member(), packedBytes: this.#at - start, offset };
    await write(this.#file, zipLocalHeader(record, this.#mtimeS), offset);
    this.#records.push(record);
  }

  async end(): Promise<void> {
    await this.#flush();
    await this.#append(zipDirectory(this.#records, this.#mtimeS));
  }

  async #flush(): Promise<void> {
    await this.#append(Buffer.concat(this.#gathered));
    this.#gathered = [];
    this.#gatheredBytes = 0;
  }

  async #append(bytes: Uint8Array): Promise<void> {
    await write(this.#file, bytes, this.#at);
    this.#at += bytes.length;
  }
}

type Member = Omit<ZipRecord, 'offset' | 'packedBytes'>;

async function writeMember(out: ZipFile, entry: ArchiveEntry, open: OpenBlob): Promise<void> {
  const path = entry.kind === 'dir' ? `${entry.path}/` : entry.path;
  const mode = entry.kind === 'link' ? 0o777 : entry.mode;
  const member = (crc: number, sizeBytes: number, isDeflated: boolean): Member => ({
    path,
    kind: entry.kind,
    mode,
    crc32: crc,
    sizeBytes,
    isDeflated,
  });
  if (entry.kind !== 'file' || entry.content instanceof Uint8Array) {
    const bytes =
      entry.kind === 'file' ? (entry.content as Uint8Array) : Buffer.from(entry.kind === 'link' ? entry.target : '');
    await out.add(member(crc32(bytes), bytes.length, false), bytes);
  } else if (entry.content.sizeBytes <= SMALL_BYTES) {
    const chunks: Uint8Array[] = [];
    for await (const chunk of readBlob(entry.content, open)) chunks.push(chunk);
    const bytes = Buffer.concat(chunks);
    await out.add(member(crc32(bytes), bytes.length, true), deflateRawSync(bytes, { level: GZIP_LEVEL }));
  } else {
    const { sizeBytes } = entry.content;
    let sum = 0;
    const observer = {
      chunk(chunk: Uint8Array) {
        sum = crc32(chunk, sum);
      },
    };
    await out.addLarge(path, deflated(entry.content, open, observer), () => member(sum, sizeBytes, true));
  }
}

function deflated(content: ContentRef, open: OpenBlob, observer: BlobObserver): AsyncIterable<Uint8Array> {
  const bytes = Readable.from(rechunk(readBlob(content, open, observer)), { objectMode: false });
  // An error of either is thrown where the result is read; without a callback it would end the process.
  return pipeline(bytes, createDeflateRaw({ level: GZIP_LEVEL }), () => {}) as AsyncIterable<Uint8Array>;
}

async function write(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let at = 0; at < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, at, bytes.length - at, position + at);
    at += bytesWritten;
  }
}
