import { PackageOptionError, PackageTooLargeError } from '../package-error.ts';
import type { Owner } from './archive-entry.ts';

export const BLOCK_BYTES = 512;
/** Eleven octal digits: the largest size and time a ustar header holds (POSIX pax, "ustar Interchange Format"). */
export const MAX_OCTAL_11 = 8 ** 11 - 1;

/** Types of members, as one character of the header. */
export const TAR_TYPE = {
  file: '0',
  hardLink: '1',
  link: '2',
  dir: '5',
  pax: 'x',
  gnuName: 'L',
  gnuLink: 'K',
} as const;

export interface TarHeader {
  /** Bytes of the name as it stands in the header, at most 100. */
  readonly name: Buffer;
  /** What stands before the name and a `/`, at most 155 bytes. */
  readonly prefix?: Buffer;
  readonly type: (typeof TAR_TYPE)[keyof typeof TAR_TYPE];
  readonly mode: number;
  readonly owner: Owner;
  readonly sizeBytes: number;
  readonly mtimeS: number;
  readonly link?: Buffer;
}

/** One header block: ustar, all fields written, the same value the same bytes. */
export function tarHeader(header: TarHeader): Buffer {
  const block = Buffer.alloc(BLOCK_BYTES);
  header.name.copy(block, 0, 0, 100);
  octal(block, 100, 8, header.mode);
  octal(block, 108, 8, header.owner.uid);
  octal(block, 116, 8, header.owner.gid);
  octal(block, 124, 12, header.sizeBytes);
  octal(block, 136, 12, header.mtimeS);
  block.write('        ', 148, 'latin1'); // the sum counts its own field as blanks
  block.write(header.type, 156, 'latin1');
  header.link?.copy(block, 157, 0, 100);
  block.write('ustar\x0000', 257, 'latin1');
  ownerName(block, 265, header.owner.user);
  ownerName(block, 297, header.owner.group);
  octal(block, 329, 8, 0);
  octal(block, 337, 8, 0);
  header.prefix?.copy(block, 345, 0, 155);
  block.write(`${checksum(block).toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return block;
}

/** The sum of all bytes of a header, its own field counted as eight blanks. */
export function checksum(block: Uint8Array): number {
  let sum = 8 * 0x20;
  for (let i = 0; i < BLOCK_BYTES; i++) if (i < 148 || i >= 156) sum += block[i] ?? 0;
  return sum;
}

/** Cuts a name at a `/` so that it fits a ustar header; undefined when it cannot. */
export function splitName(path: Buffer): { readonly name: Buffer; readonly prefix?: Buffer } | undefined {
  if (path.length <= 100) return { name: path };
  // The cut may be at any slash with at most 155 bytes before it and 100 after it; the last one before byte 155 is the best.
  const slash = path.lastIndexOf(0x2f, Math.min(155, path.length - 2));
  if (slash <= 0 || path.length - slash - 1 > 100) return undefined;
  return { name: path.subarray(slash + 1), prefix: path.subarray(0, slash) };
}

/** Zeros up to the next block. */
export const tarPadding = (sizeBytes: number): Buffer =>
  Buffer.alloc((BLOCK_BYTES - (sizeBytes % BLOCK_BYTES)) % BLOCK_BYTES);

function octal(block: Buffer, at: number, width: number, value: number): void {
  const digits = value.toString(8).padStart(width - 1, '0');
  if (!Number.isSafeInteger(value) || value < 0 || digits.length >= width)
    throw new PackageTooLargeError(
      `${value} does not fit a tar header.`,
      'Make the file, its owner number or time smaller.',
    );
  block.write(`${digits}\0`, at, 'latin1');
}

function ownerName(block: Buffer, at: number, name: string): void {
  const bytes = Buffer.from(name);
  if (bytes.length > 31)
    throw new PackageOptionError(
      `The owner "${name}" has ${bytes.length} bytes, 31 is the most.`,
      'Name another owner.',
    );
  bytes.copy(block, at);
}
