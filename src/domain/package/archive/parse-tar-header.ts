import type { PackageFormatError } from '../package-error.ts';
import { BLOCK_BYTES, checksum } from './tar-header.ts';

/** What one header block says, before long names and pax headers are applied. */
export interface RawTarHeader {
  readonly path: string;
  readonly type: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly user: string;
  readonly group: string;
  readonly sizeBytes: number;
  readonly mtimeS: number;
  readonly link: string;
  /** An old GNU sparse file (`S`) whose map goes on in the next block. */
  readonly hasSparseMap: boolean;
}

/** Is this block the header of a tar member? The sum decides: v7 archives have no magic. */
export function isTarHeader(block: Uint8Array): boolean {
  if (block.length < BLOCK_BYTES || block[0] === 0) return false;
  const claimed = octal(block, 148, 8);
  return claimed === checksum(block) || claimed === signedChecksum(block);
}

/** Reads a header block; `broken` makes the error of a wrong one. */
export function parseTarHeader(block: Uint8Array, broken: (why: string) => PackageFormatError): RawTarHeader {
  if (!isTarHeader(block)) throw broken('there is no tar header, or it is damaged');
  const number = (at: number, width: number, what: string): number => {
    const value = (block[at] ?? 0) & 0x80 ? base256(block, at, width) : octal(block, at, width);
    if (value === undefined) throw broken(`its ${what} is no number`);
    return value;
  };
  const type = block[156] === 0 ? '0' : String.fromCharCode(block[156] ?? 0);
  const isUstar = text(block, 257, 5) === 'ustar';
  // GNU's own magic ("ustar  ") keeps other things than a prefix in that field.
  const prefix = isUstar && block[262] === 0 ? text(block, 345, 155) : '';
  const name = text(block, 0, 100);
  return {
    path: prefix === '' ? name : `${prefix}/${name}`,
    type,
    mode: number(100, 8, 'mode') & 0o7777,
    uid: number(108, 8, 'owner'),
    gid: number(116, 8, 'group'),
    user: isUstar ? text(block, 265, 32) : '',
    group: isUstar ? text(block, 297, 32) : '',
    sizeBytes: number(124, 12, 'size'),
    mtimeS: number(136, 12, 'time'),
    link: text(block, 157, 100),
    hasSparseMap: type === 'S' && block[482] === 1,
  };
}

function text(block: Uint8Array, at: number, width: number): string {
  const bytes = Buffer.from(block.buffer, block.byteOffset + at, width);
  const end = bytes.indexOf(0);
  return bytes.toString('utf8', 0, end === -1 ? width : end);
}

/** Octal digits between blanks and zeros; an empty field is 0. */
function octal(block: Uint8Array, at: number, width: number): number | undefined {
  const digits = /^ *([0-7]*)[ \0]*$/.exec(
    Buffer.from(block.buffer, block.byteOffset + at, width).toString('latin1'),
  )?.[1];
  return digits === undefined ? undefined : digits === '' ? 0 : Number.parseInt(digits, 8);
}

/** GNU's large numbers: big-endian after the first bit. Negative ones and those over 2^53 are not for us. */
function base256(block: Uint8Array, at: number, width: number): number | undefined {
  if (((block[at] ?? 0) & 0x40) !== 0) return undefined;
  let value = (block[at] ?? 0) & 0x3f;
  for (let i = 1; i < width; i++) value = value * 256 + (block[at + i] ?? 0);
  return Number.isSafeInteger(value) ? value : undefined;
}

/** Old tars added bytes as signed ones. */
function signedChecksum(block: Uint8Array): number {
  let sum = checksum(block);
  for (let i = 0; i < BLOCK_BYTES; i++) if ((i < 148 || i >= 156) && (block[i] ?? 0) >= 0x80) sum -= 256;
  return sum;
}
