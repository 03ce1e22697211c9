import { PackageFormatError, PackageTooLargeError } from '../package-error.ts';
import { type ByteSource, partOf } from './byte-source.ts';

/** ar(5): 60 bytes before each member, and a newline after those of an odd size. */
const MAGIC = '!<arch>\n';
const HEADER_BYTES = 60;
const END = '`\n';
const MAX_SIZE = 9_999_999_999;
/** A deb has three members and a few of other tools; a file of a million empty ones is no package. */
const MAX_MEMBERS = 64;

export interface ArMember {
  readonly name: string;
  readonly bytes: ByteSource;
}

export const arMagic = (): Buffer => Buffer.from(MAGIC, 'latin1');

/** The header of one member: uid and gid 0, mode 0644. @throws {PackageTooLargeError} over 9,999,999,999 bytes */
export function arHeader(name: string, sizeBytes: number, mtimeS: number): Buffer {
  if (sizeBytes > MAX_SIZE)
    throw new PackageTooLargeError(
      `${name} has ${sizeBytes} bytes; a member of a deb has at most ${MAX_SIZE}.`,
      'Split the package.',
    );
  const fields = [
    name.padEnd(16),
    String(mtimeS).padEnd(12),
    '0     ',
    '0     ',
    '100644  ',
    String(sizeBytes).padEnd(10),
  ];
  return Buffer.from(fields.join('') + END, 'latin1');
}

/** What follows a member of this size: nothing, or one newline. */
export const arPadding = (sizeBytes: number): Buffer => Buffer.from(sizeBytes % 2 === 0 ? '' : '\n', 'latin1');

export const isAr = (head: Uint8Array): boolean => text(head.subarray(0, MAGIC.length)) === MAGIC;

/**
 * The members of an ar archive, in order. The newline after an odd last member may be missing, as for dpkg.
 * @throws {PackageFormatError} no magic, a bad header, a member that goes beyond the end.
 */
export function readAr(source: ByteSource): readonly ArMember[] {
  if (source.sizeBytes < MAGIC.length || !isAr(source.read(0, MAGIC.length)))
    throw broken('it does not begin with !<arch>');
  const members: ArMember[] = [];
  let offset = MAGIC.length;
  while (offset < source.sizeBytes) {
    const left = source.sizeBytes - offset;
    if (left < HEADER_BYTES) throw broken(`the header at byte ${offset} is cut off after ${left} bytes`);
    const header = text(source.read(offset, HEADER_BYTES));
    const size = header.slice(48, 58).trimEnd();
    if (header.slice(58) !== END || !/^\d+$/.test(size)) throw broken(`there is no ar header at byte ${offset}`);
    const sizeBytes = Number(size);
    offset += HEADER_BYTES;
    const name = header.slice(0, 16).trimEnd().replace(/\/$/, '');
    if (sizeBytes > source.sizeBytes - offset)
      throw broken(`${JSON.stringify(name)} claims ${sizeBytes} bytes, but ${source.sizeBytes - offset} are left`);
    if (members.length === MAX_MEMBERS) throw broken(`it has more than ${MAX_MEMBERS} members`);
    members.push({ name, bytes: partOf(source, offset, sizeBytes) });
    offset += sizeBytes + (sizeBytes % 2);
  }
  return members;
}

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

const broken = (why: string): PackageFormatError =>
  new PackageFormatError(`The ar archive cannot be read: ${why}.`, 'Make or fetch the package again.');
