import { isAr } from './archive/ar-archive.ts';
import { isTarHeader } from './archive/parse-tar-header.ts';
import { SIGNATURE } from './archive/zip-format.ts';

export type SniffedFormat = 'ar' | 'zip' | 'gzip' | 'xz' | 'zstd' | 'tar' | 'other';

/** As many bytes as {@link sniff} looks at. */
export const SNIFF_BYTES = 512;

const MAGICS: readonly (readonly [format: SniffedFormat, hex: string])[] = [
  ['gzip', '1f8b08'],
  ['xz', 'fd377a585a00'],
  ['zstd', '28b52ffd'],
];

/** What the first bytes of a file say it is. Names are not believed. */
export function sniff(head: Uint8Array): SniffedFormat {
  const bytes = Buffer.from(head);
  if (isAr(bytes)) return 'ar';
  const signature = bytes.length < 4 ? 0 : bytes.readUInt32LE(0);
  if (signature === SIGNATURE.local || signature === SIGNATURE.end) return 'zip';
  const hex = bytes.toString('hex', 0, 8);
  const magic = MAGICS.find(([, start]) => hex.startsWith(start));
  if (magic) return magic[0];
  return isTarHeader(bytes) ? 'tar' : 'other';
}

/** The format that a file's name promises; undefined when it promises none that we read. */
export function promisedFormat(fileName: string): 'deb' | 'tar' | 'zip' | undefined {
  const name = fileName.toLowerCase();
  if (/\.u?deb$/.test(name)) return 'deb';
  if (/\.(tar|tar\.(gz|xz|zst)|tgz|txz|tzst)$/.test(name)) return 'tar';
  return /\.(zip|jar|war|ear|whl)$/.test(name) ? 'zip' : undefined;
}
