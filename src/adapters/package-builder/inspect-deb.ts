import type { ByteSource } from '../../domain/package/archive/byte-source.ts';
import { TAR_TYPE } from '../../domain/package/archive/tar-header.ts';
import { type CompressedMember, debMembers } from '../../domain/package/deb/deb-members.ts';
import { readControl } from '../../domain/package/deb/read-control.ts';
import { PackageFormatError, PackageTooLargeError } from '../../domain/package/package-error.ts';
import type { PackageFacts } from '../../domain/package/package-facts.ts';
import { unpack } from './unpack.ts';
import { readTar, walkTar } from './walk-tar.ts';

/** control.tar holds a few texts. */
const MAX_CONTROL_BYTES = 64 * 1024 * 1024;
const MAX_CONTROL_FILE_BYTES = 1024 * 1024;

/** Reads a deb from end to end. @throws {PackageFormatError} {@link PackageTooLargeError} */
export async function inspectDeb(source: ByteSource, fileName: string): Promise<PackageFacts> {
  const { control, data } = debMembers(source);
  const facts = readControl(await readControlFile(control, fileName));
  await walkTar(unpack(data.compression, data.bytes, `${data.name} of ${fileName}`), fileName);
  return facts;
}

async function readControlFile(member: CompressedMember, fileName: string): Promise<Buffer> {
  const found: { chunks: Uint8Array[] | undefined; sizeBytes: number } = { chunks: undefined, sizeBytes: 0 };
  let isControl = false;
  await readTar(unpack(member.compression, member.bytes, `${member.name} of ${fileName}`, MAX_CONTROL_BYTES), {
    member({ path, type }) {
      isControl = path.replace(/^\.\//, '') === 'control' && type === TAR_TYPE.file;
      if (!isControl) return;
      if (found.chunks) throw broken(fileName, 'it has two control files');
      found.chunks = [];
    },
    content(chunk) {
      if (!isControl) return;
      found.sizeBytes += chunk.length;
      if (found.sizeBytes > MAX_CONTROL_FILE_BYTES)
        throw new PackageTooLargeError(
          `The control file of ${fileName} has more than ${MAX_CONTROL_FILE_BYTES} bytes.`,
          'Correct what makes the package.',
        );
      found.chunks?.push(Buffer.from(chunk));
    },
  });
  if (!found.chunks) throw broken(fileName, 'its control.tar has no control file');
  return Buffer.concat(found.chunks);
}

const broken = (fileName: string, why: string): PackageFormatError =>
  new PackageFormatError(`${fileName} cannot be read: ${why}.`, 'Make or fetch the package again.');
