import { type FileHandle, open as openFile } from 'node:fs/promises';
import { pipeline, Readable } from 'node:stream';
import { crc32, createDeflateRaw } from 'node:zlib';
import type { ArchiveEntry } from '../../domain/package/archive/archive-entry.ts';
import { GZIP_LEVEL } from '../../domain/package/archive/gzip-header.ts';
import {
  type ZipRecord,
  zipDirectory,
  zipLocalHeader,
  zipLocalHeaderBytes,
} from '../../domain/package/archive/zip-writer.ts';
import type { OpenBlob } from './build-job.ts';
import { readBlob, rechunk } from './fill-pieces.ts';

/**
 * Writes a zip to a new file. A member's header holds the sum and sizes of the bytes after it: its place is left free and filled
 * once they are known, so that no member needs a data descriptor, which some readers cannot read.
 */
export async function writeZip(
  entries: readonly ArchiveEntry[],
  mtimeS: number,
  open: OpenBlob,
  path: string,
): Promise<void> {
  const file = await openFile(path, 'wx');
  try {
    const records: ZipRecord[] = [];
    let offset = 0;
    for (const entry of entries) {
      const record = await writeMember(file, offset, entry, open);
      await write(file, zipLocalHeader(record, mtimeS), offset);
      offset += zipLocalHeaderBytes(record.path) + record.packedBytes;
      records.push(record);
    }
    await write(file, zipDirectory(records, mtimeS), offset);
  } finally {
    await file.close();
  }
}

async function writeMember(file: FileHandle, offset: number, entry: ArchiveEntry, open: OpenBlob): Promise<ZipRecord> {
  const path = entry.kind === 'dir' ? `${entry.path}/` : entry.path;
  const mode = entry.kind === 'link' ? 0o777 : entry.mode;
  const start = offset + zipLocalHeaderBytes(path);
  const common = { path, kind: entry.kind, mode, offset };
  const content = entry.kind === 'link' ? Buffer.from(entry.target) : entry.kind === 'file' ? entry.content : undefined;
  if (content === undefined || content instanceof Uint8Array) {
    const bytes = content ?? Buffer.alloc(0);
    await write(file, bytes, start);
    const sizes = { sizeBytes: bytes.length, packedBytes: bytes.length, isDeflated: false };
    return { ...common, crc32: crc32(bytes), ...sizes };
  }
  let sum = 0;
  const observer = {
    chunk(chunk: Uint8Array) {
      sum = crc32(chunk, sum);
    },
  };
  let packedBytes = 0;
  const bytes = Readable.from(rechunk(readBlob(content, open, observer)), { objectMode: false });
  // An error of either is thrown where the result is read; without a callback it would end the process.
  const packed = pipeline(bytes, createDeflateRaw({ level: GZIP_LEVEL }), () => {});
  for await (const chunk of packed as AsyncIterable<Uint8Array>) {
    await write(file, chunk, start + packedBytes);
    packedBytes += chunk.length;
  }
  return { ...common, crc32: sum, sizeBytes: content.sizeBytes, packedBytes, isDeflated: true };
}

async function write(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let at = 0; at < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, at, bytes.length - at, position + at);
    at += bytesWritten;
  }
}
