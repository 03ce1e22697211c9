import { type ArMember, readAr } from '../archive/ar-archive.ts';
import type { ByteSource } from '../archive/byte-source.ts';
import { PackageFormatError } from '../package-error.ts';

export type Compression = 'none' | 'gzip' | 'xz' | 'zstd';

export interface CompressedMember {
  readonly name: string;
  readonly compression: Compression;
  readonly bytes: ByteSource;
}

const SUFFIX: Readonly<Record<string, Compression>> = { '': 'none', '.gz': 'gzip', '.xz': 'xz', '.zst': 'zstd' };

/**
 * The two archives of a deb (deb(5)): `debian-binary` first, then control.tar, then data.tar; members that begin with `_` may
 * stand between them, and anything may follow.
 * @throws {PackageFormatError}
 */
export function debMembers(source: ByteSource): {
  readonly control: CompressedMember;
  readonly data: CompressedMember;
} {
  const [first, ...rest] = readAr(source);
  if (first?.name !== 'debian-binary') throw broken('its first member is not debian-binary');
  const format = Buffer.from(first.bytes.read(0, Math.min(first.bytes.sizeBytes, 32))).toString('latin1');
  if (!/^2\.\d+\n/.test(format)) throw broken(`its format is ${JSON.stringify(format)}, not 2.0`);
  const [control, data] = rest.filter(({ name }) => !name.startsWith('_'));
  return { control: archive('control.tar', control), data: archive('data.tar', data) };
}

function archive(base: string, member: ArMember | undefined): CompressedMember {
  if (!member?.name.startsWith(base))
    throw broken(`there is ${member ? JSON.stringify(member.name) : 'nothing'} where ${base} must stand`);
  const compression = SUFFIX[member.name.slice(base.length)];
  if (compression === undefined)
    throw broken(`${member.name} is compressed in a way that is not read here; gzip, xz, zstd and none are`);
  return { name: member.name, compression, bytes: member.bytes };
}

const broken = (why: string): PackageFormatError =>
  new PackageFormatError(`The deb cannot be read: ${why}.`, 'Make or fetch the package again.');
