import { gzipSync } from 'node:zlib';

/** RFC 1952: byte 9 names the operating system. zlib writes what it was compiled for; 255 is "unknown" everywhere. */
const OS_BYTE = 9;
const UNKNOWN = 255;
export const GZIP_LEVEL = 9;

/** The first bytes of a gzip stream with the one byte that depends on the machine set. Needs at least 10 bytes. */
export function withFixedOs(start: Uint8Array): Buffer {
  const bytes = Buffer.from(start);
  bytes[OS_BYTE] = UNKNOWN;
  return bytes;
}

/** A whole gzip file for small texts: no time, no name. */
export const gzip = (bytes: Uint8Array): Buffer => withFixedOs(gzipSync(bytes, { level: GZIP_LEVEL }));
