import { PackageTooLargeError } from '../package-error.ts';
import { DEFLATED, SIGNATURE, STORED, UTF8_FLAG } from './zip-format.ts';

/** One member of a zip, once its bytes are known. */
export interface ZipRecord {
  /** With a `/` at the end for a folder. */
  readonly path: string;
  readonly kind: 'file' | 'dir' | 'link';
  readonly mode: number;
  readonly crc32: number;
  readonly sizeBytes: number;
  readonly packedBytes: number;
  readonly isDeflated: boolean;
  /** Where its local header begins. */
  readonly offset: number;
}

const MAX_32 = 0xffff_fffe;
const MAX_ENTRIES = 0xfffe;
/** Made on Unix (3), by version 3.0 of the format: so the upper half of the attributes is a Unix mode. */
const MADE_BY = (3 << 8) | 30;
const NEEDED = 20;
const FILE_TYPE = { file: 0o100000, dir: 0o040000, link: 0o120000 } as const;
/** MS-DOS time begins here; an earlier SOURCE_DATE_EPOCH is written as this. */
const DOS_BEGIN_S = 315_532_800;
const DOS_END_S = 4_354_819_198;

/** Local header: written before the member's bytes. Refuses what a zip without 64-bit fields cannot say. */
export function zipLocalHeader(record: ZipRecord, mtimeS: number): Buffer {
  checkLimits(record);
  const name = Buffer.from(record.path);
  const extra = unixTime(mtimeS);
  const header = Buffer.alloc(30);
  header.writeUInt32LE(SIGNATURE.local, 0);
  common(record, mtimeS, name, extra).copy(header, 4);
  return Buffer.concat([header, name, extra]);
}

/** Size of {@link zipLocalHeader}: known before the member's bytes are. */
export const zipLocalHeaderBytes = (path: string): number => 30 + Buffer.byteLength(path) + unixTime(0).length;

/** The table at the end of a zip. @throws {PackageTooLargeError} more than a zip holds without 64-bit fields */
export function zipDirectory(records: readonly ZipRecord[], mtimeS: number): Buffer {
  if (records.length > MAX_ENTRIES) throw tooLarge(`${records.length} files, ${MAX_ENTRIES} is the most`);
  const last = records.at(-1);
  const offset = last ? last.offset + zipLocalHeaderBytes(last.path) + last.packedBytes : 0;
  const entries = records.map((record) => directoryEntry(record, mtimeS));
  const sizeBytes = entries.reduce((sum, entry) => sum + entry.length, 0);
  if (offset + sizeBytes > MAX_32) throw tooLarge(`${offset + sizeBytes} bytes, ${MAX_32} is the most`);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(SIGNATURE.end, 0);
  end.writeUInt16LE(records.length, 8);
  end.writeUInt16LE(records.length, 10);
  end.writeUInt32LE(sizeBytes, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...entries, end]);
}

function directoryEntry(record: ZipRecord, mtimeS: number): Buffer {
  checkLimits(record);
  const name = Buffer.from(record.path);
  const extra = unixTime(mtimeS);
  const header = Buffer.alloc(46);
  header.writeUInt32LE(SIGNATURE.directory, 0);
  header.writeUInt16LE(MADE_BY, 4);
  common(record, mtimeS, name, extra).copy(header, 6);
  header.writeUInt32LE(
    ((FILE_TYPE[record.kind] | record.mode) * 0x1_0000 + (record.kind === 'dir' ? 0x10 : 0)) >>> 0,
    38,
  );
  header.writeUInt32LE(record.offset, 42);
  return Buffer.concat([header, name, extra]);
}

/** The 26 bytes that both headers share, from "version needed" to the length of the extra field. */
function common(record: ZipRecord, mtimeS: number, name: Buffer, extra: Buffer): Buffer {
  const fields = Buffer.alloc(26);
  const { time, date } = dosTime(mtimeS);
  fields.writeUInt16LE(NEEDED, 0);
  fields.writeUInt16LE(name.every((byte) => byte < 0x80) ? 0 : UTF8_FLAG, 2);
  fields.writeUInt16LE(record.isDeflated ? DEFLATED : STORED, 4);
  fields.writeUInt16LE(time, 6);
  fields.writeUInt16LE(date, 8);
  fields.writeUInt32LE(record.crc32, 10);
  fields.writeUInt32LE(record.packedBytes, 14);
  fields.writeUInt32LE(record.sizeBytes, 18);
  fields.writeUInt16LE(name.length, 22);
  fields.writeUInt16LE(extra.length, 24);
  return fields;
}

/**
 * MS-DOS time has no zone: readers take it for local time. We write UTC, whatever the zone of this machine is, and the exact
 * moment beside it ({@link unixTime}). A library that asks for a `Date` writes local time: other bytes in another zone.
 */
function dosTime(mtimeS: number): { readonly time: number; readonly date: number } {
  const at = new Date(Math.min(Math.max(mtimeS, DOS_BEGIN_S), DOS_END_S) * 1000);
  const time = (at.getUTCHours() << 11) | (at.getUTCMinutes() << 5) | (at.getUTCSeconds() >> 1);
  const date = ((at.getUTCFullYear() - 1980) << 9) | ((at.getUTCMonth() + 1) << 5) | at.getUTCDate();
  return { time, date };
}

/** Info-ZIP's field "UT": the modification time in seconds since 1970, UTC. Left at 0 beyond its 32 bits. */
function unixTime(mtimeS: number): Buffer {
  const field = Buffer.alloc(9);
  field.write('UT', 0, 'latin1');
  field.writeUInt16LE(5, 2);
  field.writeUInt8(1, 4);
  field.writeInt32LE(Math.min(mtimeS, 0x7fff_ffff), 5);
  return field;
}

function checkLimits(record: ZipRecord): void {
  const largest = Math.max(record.sizeBytes, record.packedBytes, record.offset);
  if (largest > MAX_32) throw tooLarge(`${largest} bytes up to and with ${record.path}, ${MAX_32} is the most`);
  const name = Buffer.byteLength(record.path);
  if (name > 0xffff) throw tooLarge(`a name of ${name} bytes, 65535 is the most`);
}

const tooLarge = (what: string): PackageTooLargeError =>
  new PackageTooLargeError(`The zip would have ${what}.`, 'Use "uses: tar" for this package, or split it.');
