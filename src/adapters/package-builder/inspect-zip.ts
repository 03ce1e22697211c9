import { crc32 } from 'node:zlib';
import type { ByteSource } from '../../domain/package/archive/byte-source.ts';
import { MemberGuard } from '../../domain/package/archive/member-guard.ts';
import { DEFLATED, STORED } from '../../domain/package/archive/zip-format.ts';
import { readZip, type ZipMember } from '../../domain/package/archive/zip-reader.ts';
import { PackageFormatError, PackageTooLargeError } from '../../domain/package/package-error.ts';
import type { PackageFacts } from '../../domain/package/package-facts.ts';
import { inflateAtOnce, unpack, unpackLimit } from './unpack.ts';

/** Smaller members are unpacked at once. A link's target is far smaller. */
const SMALL_BYTES = 256 * 1024;

/** Reads a zip from end to end, every member unpacked and its sum compared. @throws {PackageFormatError} {@link PackageTooLargeError} */
export async function inspectZip(source: ByteSource, fileName: string): Promise<PackageFacts> {
  const members = readZip(source);
  const declared = members.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  if (declared > unpackLimit(source.sizeBytes))
    throw new PackageTooLargeError(
      `${fileName} has ${source.sizeBytes} bytes and claims to unpack to ${declared}.`,
      'If it is meant to be so large, split the package.',
    );
  const guard = new MemberGuard(fileName);
  for (const member of members) {
    const content = await checkMember(member, fileName);
    const isLink = (member.unixMode & 0o170000) === 0o120000;
    guard.check(member.path, isLink ? { target: Buffer.from(content).toString('utf8'), hard: false } : undefined);
  }
  return { format: 'zip', entries: members.length };
}

/** Unpacks a member and compares its size and sum; gives its bytes back when they are few (a link's target). */
async function checkMember(member: ZipMember, fileName: string): Promise<Uint8Array> {
  // Bytes that need a password, or a method of another tool: what the table says of them cannot be proved here.
  if (member.isEncrypted || (member.method !== STORED && member.method !== DEFLATED)) return Buffer.alloc(0);
  const what = `${JSON.stringify(member.path)} of ${fileName}`;
  const isSmall = Math.max(member.sizeBytes, member.packed.sizeBytes) <= SMALL_BYTES;
  const { sum, sizeBytes, bytes } = isSmall ? smallMember(member, what) : await largeMember(member, what);
  if (sizeBytes !== member.sizeBytes || sum !== member.crc32)
    throw broken(fileName, `the bytes of ${JSON.stringify(member.path)} are damaged`);
  return bytes;
}

interface Unpacked {
  readonly sum: number;
  readonly sizeBytes: number;
  /** Nothing for a large member. */
  readonly bytes: Uint8Array;
}

function smallMember({ method, packed, sizeBytes }: ZipMember, what: string): Unpacked {
  const stored = packed.read(0, packed.sizeBytes);
  const bytes = method === STORED ? stored : inflateAtOnce(stored, what, sizeBytes);
  return { sum: crc32(bytes), sizeBytes: bytes.length, bytes };
}

async function largeMember({ method, packed, sizeBytes: declared }: ZipMember, what: string): Promise<Unpacked> {
  let sum = 0;
  let sizeBytes = 0;
  for await (const chunk of unpack(method === STORED ? 'none' : 'deflate', packed, what, declared)) {
    sum = crc32(chunk, sum);
    sizeBytes += chunk.length;
  }
  return { sum, sizeBytes, bytes: Buffer.alloc(0) };
}

const broken = (fileName: string, why: string): PackageFormatError =>
  new PackageFormatError(`${fileName} cannot be read: ${why}.`, 'Make or fetch the package again.');
