import type { ByteSource } from '../../domain/package/archive/byte-source.ts';
import type { Compression } from '../../domain/package/deb/deb-members.ts';
import { PackageFormatError, PackageTooLargeError } from '../../domain/package/package-error.ts';
import type { PackageFacts } from '../../domain/package/package-facts.ts';
import { promisedFormat, SNIFF_BYTES, type SniffedFormat, sniff } from '../../domain/package/sniff.ts';
import { inspectDeb } from './inspect-deb.ts';
import { inspectZip } from './inspect-zip.ts';
import { unpack } from './unpack.ts';
import { walkTar } from './walk-tar.ts';

/**
 * Reads a package from end to end: what it is by its bytes, what it says of itself, and whether all of it can be unpacked. Nothing is
 * written.
 * @throws {PackageFormatError} damaged, hostile, or not what its name says. @throws {PackageTooLargeError}
 */
export async function inspectPackage(source: ByteSource, fileName: string): Promise<PackageFacts> {
  const format = sniff(source.read(0, Math.min(SNIFF_BYTES, source.sizeBytes)));
  const promised = promisedFormat(fileName);
  const facts = await inspectAs(format, promised, source, fileName).catch((error: unknown) => {
    throw withFileName(error, fileName);
  });
  if (promised !== undefined && promised !== facts.format)
    throw new PackageFormatError(
      `${fileName} is no ${promised}: by its first bytes it is ${format === 'other' ? 'nothing that Slipway knows' : format}.`,
      'Make or fetch the package again, or give the file another name.',
    );
  return facts;
}

/** Rules of a format do not know the file they read; the reader of the message must. */
function withFileName(error: unknown, fileName: string): unknown {
  if (!(error instanceof PackageFormatError || error instanceof PackageTooLargeError)) return error;
  if (error.message.includes(fileName)) return error;
  const Same = error instanceof PackageFormatError ? PackageFormatError : PackageTooLargeError;
  return new Same(`${fileName}: ${error.message}`, error.remedy, { cause: error });
}

async function inspectAs(
  format: SniffedFormat,
  promised: PackageFacts['format'] | undefined,
  source: ByteSource,
  fileName: string,
): Promise<PackageFacts> {
  switch (format) {
    case 'ar':
      return promised === 'deb' || isDeb(source) ? await inspectDeb(source, fileName) : { format: 'file' };
    case 'zip':
      return await inspectZip(source, fileName);
    case 'tar':
      return { format: 'tar', entries: await walkTar(unpack('none', source, fileName), fileName) };
    case 'gzip':
    case 'xz':
    case 'zstd':
      return await inspectCompressed(format, source, fileName);
    case 'other':
      // A jar may begin with a script that starts it: the table of a zip is at its end.
      return promised === 'zip' ? await inspectZip(source, fileName) : { format: 'file' };
  }
}

const isDeb = (source: ByteSource): boolean =>
  source.sizeBytes > 24 && Buffer.from(source.read(8, 13)).toString('latin1') === 'debian-binary';

/** A compressed file is a tar if its first bytes unpacked are one; else it is a file like any other (a manual page). */
async function inspectCompressed(
  compression: Exclude<Compression, 'none'>,
  source: ByteSource,
  fileName: string,
): Promise<PackageFacts> {
  const promised = promisedFormat(fileName);
  const head = await firstBytes(unpack(compression, source, fileName), promised === 'tar');
  // An empty archive begins with its end, which says nothing by itself: then the name decides.
  if (sniff(head) !== 'tar' && !(promised === 'tar' && head.length === SNIFF_BYTES && head.every((byte) => byte === 0)))
    return { format: 'file' };
  return { format: 'tar', entries: await walkTar(unpack(compression, source, fileName), fileName) };
}

async function firstBytes(chunks: AsyncIterable<Uint8Array>, mustUnpack: boolean): Promise<Buffer> {
  let head: Buffer = Buffer.alloc(0);
  try {
    for await (const chunk of chunks) {
      head = Buffer.concat([head, chunk]);
      if (head.length >= SNIFF_BYTES) break;
    }
  } catch (error) {
    // It only looks compressed, or in a way we do not read, and its name does not say that it is an archive: a file.
    if (!(error instanceof PackageFormatError) || mustUnpack) throw error;
    return Buffer.alloc(0);
  }
  return head.subarray(0, SNIFF_BYTES);
}
