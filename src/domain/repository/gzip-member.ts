import { constants, gzipSync } from 'node:zlib';

/**
 * One gzip member, level 9 unless told. Members joined are one valid gzip file (RFC 1952, 2.2), so a chunk is compressed once and the
 * whole is put together by copying. Byte 9 names the system it was made on: fixed, so that every system gives the same bytes.
 */
export function gzipMember(plain: Uint8Array, level: number = constants.Z_BEST_COMPRESSION): Buffer {
  const member = gzipSync(plain, { level });
  member[9] = 3;
  return member;
}
