import { PackageFormatError, PackageTooLargeError } from '../package-error.ts';
import { type ByteSource, partOf } from './byte-source.ts';
import { ENCRYPTED_FLAG, SIGNATURE, UTF8_FLAG } from './zip-format.ts';

/** A member as the table at the end of a zip describes it. */
export interface ZipMember {
  readonly path: string;
  /** 0 stored, 8 deflated; others exist and are not unpacked by us. */
  readonly method: number;
  readonly isEncrypted: boolean;
  readonly crc32: number;
  readonly sizeBytes: number;
  /** Unix mode with its file type, 0 when it was not made on Unix. */
  readonly unixMode: number;
  /** Its packed bytes. */
  readonly packed: ByteSource;
}

interface Directory {
  readonly entries: number;
  readonly offset: number;
  readonly sizeBytes: number;
  /** Bytes before the zip itself (a start script): every offset counts from there. */
  readonly shift: number;
}

const MAX_DIRECTORY_BYTES = 256 * 1024 * 1024;
const MAX_ENTRIES = 1_000_000;

/**
 * The members of a zip, by the table at its end, each checked against its local header. Their bytes are not unpacked here.
 * @throws {PackageFormatError} cut short, damaged, or members that overlap (a bomb).
 */
export function readZip(source: ByteSource): readonly ZipMember[] {
  const directory = findDirectory(source);
  if (directory.entries > MAX_ENTRIES || directory.sizeBytes > MAX_DIRECTORY_BYTES)
    throw new PackageTooLargeError(
      `The zip claims ${directory.entries} members; ${MAX_ENTRIES} is the most that is read.`,
      'Make smaller packages.',
    );
  const table = Buffer.from(source.read(directory.offset, directory.sizeBytes));
  const members: ZipMember[] = [];
  const taken: (readonly [from: number, until: number, path: string])[] = [];
  let at = 0;
  for (let i = 0; i < directory.entries; i++) {
    const entry = readEntry(table, at, i);
    const start = directory.shift + entry.offset;
    const body = bodyOffset(source, start, entry.path);
    if (body + entry.packedBytes > directory.offset)
      throw broken(`${JSON.stringify(entry.path)} claims ${entry.packedBytes} bytes, more than there are`);
    taken.push([start, body + entry.packedBytes, entry.path]);
    members.push({ ...entry, packed: partOf(source, body, entry.packedBytes) });
    at += entry.length;
  }
  refuseOverlap(taken);
  return members;
}

function findDirectory(source: ByteSource): Directory {
  // The end record is the last thing, but for a comment of at most 65,535 bytes.
  const length = Math.min(source.sizeBytes, 22 + 0xffff);
  const tail = Buffer.from(source.read(source.sizeBytes - length, length));
  let at = tail.length - 22;
  while (at >= 0 && !(tail.readUInt32LE(at) === SIGNATURE.end && at + 22 + tail.readUInt16LE(at + 20) === tail.length))
    at -= 1;
  if (at < 0) throw broken('the table at its end is missing: it is cut off, or no zip');
  const end = source.sizeBytes - length + at;
  const short = {
    entries: tail.readUInt16LE(at + 10),
    sizeBytes: tail.readUInt32LE(at + 12),
    offset: tail.readUInt32LE(at + 16),
  };
  const is64 = short.entries === 0xffff || short.sizeBytes === 0xffff_ffff || short.offset === 0xffff_ffff;
  const long = is64 ? readEnd64(source, end) : undefined;
  const { entries, sizeBytes, offset } = long ?? short;
  const begin = (long?.at ?? end) - sizeBytes;
  if (begin < 0 || offset > begin) throw broken(`the table at its end claims ${sizeBytes} bytes at ${offset}`);
  return { entries, sizeBytes, offset: begin, shift: begin - offset };
}

/** The 64-bit record, where a locator names one. Its own place is right before the locator. */
function readEnd64(source: ByteSource, end: number): (Omit<Directory, 'shift'> & { readonly at: number }) | undefined {
  if (end < 20 + 56) return undefined;
  const locator = Buffer.from(source.read(end - 20, 20));
  if (locator.readUInt32LE(0) !== SIGNATURE.locator64) return undefined;
  const at = end - 20 - 56;
  const record = Buffer.from(source.read(at, 56));
  if (record.readUInt32LE(0) !== SIGNATURE.end64) throw broken('its 64-bit end record is missing');
  const [entries, sizeBytes, offset] = [32, 40, 48].map((place) => Number(record.readBigUInt64LE(place)));
  return { entries: entries ?? 0, sizeBytes: sizeBytes ?? 0, offset: offset ?? 0, at };
}

function readEntry(table: Buffer, at: number, index: number) {
  if (at + 46 > table.length || table.readUInt32LE(at) !== SIGNATURE.directory)
    throw broken(`entry ${index} of the table at its end is missing or damaged`);
  const flags = table.readUInt16LE(at + 8);
  const nameBytes = table.readUInt16LE(at + 28);
  const extraBytes = table.readUInt16LE(at + 30);
  const length = 46 + nameBytes + extraBytes + table.readUInt16LE(at + 32);
  if (at + length > table.length) throw broken(`entry ${index} of the table at its end is cut off`);
  const name = table.subarray(at + 46, at + 46 + nameBytes);
  const extra = table.subarray(at + 46 + nameBytes, at + 46 + nameBytes + extraBytes);
  const [sizeBytes, packedBytes, offset] = widen(
    extra,
    [24, 20, 42].map((place) => table.readUInt32LE(at + place)),
  );
  return {
    // Code page 437 where UTF-8 is not said: what matters here is ASCII in both.
    path: name.toString((flags & UTF8_FLAG) === 0 ? 'latin1' : 'utf8'),
    method: table.readUInt16LE(at + 10),
    isEncrypted: (flags & ENCRYPTED_FLAG) !== 0,
    crc32: table.readUInt32LE(at + 16),
    unixMode: table.readUInt16LE(at + 4) >> 8 === 3 ? table.readUInt16LE(at + 40) : 0,
    sizeBytes: sizeBytes ?? 0,
    packedBytes: packedBytes ?? 0,
    offset: offset ?? 0,
    length,
  };
}

/** Values of 0xffffffff stand in the extra field 0x0001 with 64 bits, in this order, only those. */
function widen(extra: Buffer, values: readonly number[]): readonly number[] {
  if (values.every((value) => value !== 0xffff_ffff)) return values;
  let field: Buffer | undefined;
  for (let at = 0; at + 4 <= extra.length; at += 4 + extra.readUInt16LE(at + 2))
    if (extra.readUInt16LE(at) === 1) field = extra.subarray(at + 4, at + 4 + extra.readUInt16LE(at + 2));
  let next = 0;
  return values.map((value) => {
    if (value !== 0xffff_ffff) return value;
    if (!field || next + 8 > field.length) throw broken('a 64-bit size is missing');
    next += 8;
    return Number(field.readBigUInt64LE(next - 8));
  });
}

/** Where a member's bytes begin: after its local header, whose extra field may differ from the table's. */
function bodyOffset(source: ByteSource, start: number, path: string): number {
  if (start + 30 > source.sizeBytes) throw broken(`${JSON.stringify(path)} begins after the end`);
  const header = Buffer.from(source.read(start, 30));
  if (header.readUInt32LE(0) !== SIGNATURE.local) throw broken(`the header of ${JSON.stringify(path)} is missing`);
  return start + 30 + header.readUInt16LE(26) + header.readUInt16LE(28);
}

function refuseOverlap(taken: (readonly [from: number, until: number, path: string])[]): void {
  const sorted = taken.toSorted((a, b) => a[0] - b[0] || a[1] - b[1]);
  sorted.forEach(([from, , path], i) => {
    const before = sorted[i - 1];
    if (before && before[1] > from)
      throw broken(`the bytes of ${JSON.stringify(before[2])} and ${JSON.stringify(path)} overlap`);
  });
}

const broken = (why: string): PackageFormatError =>
  new PackageFormatError(`The zip cannot be read: ${why}.`, 'Make or fetch the package again.');
