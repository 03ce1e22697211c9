import { PackageTooLargeError } from '../package-error.ts';
import { type ArchiveEntry, type Piece, ROOT, sizeOf } from './archive-entry.ts';
import { paxRecords } from './pax-records.ts';
import { BLOCK_BYTES, MAX_OCTAL_11, splitName, TAR_TYPE, tarHeader, tarPadding } from './tar-header.ts';

export interface TarStyle {
  /**
   * How a name that does not fit ustar is kept. `pax` (archives for users): a header of its own, also for names that are not
   * ASCII, as POSIX asks. `gnu` (inside a deb): dpkg knows `L` and `K` members and takes a pax header for an error (deb(5)).
   */
  readonly long: 'pax' | 'gnu';
  /** `./` inside a deb, as dpkg-deb writes; nothing in archives for users. */
  readonly prefix: '' | './';
  readonly mtimeS: number;
}

/** The bytes of a tar archive, in the order of `entries`, with the two empty blocks that end it. */
export function* tarPieces(entries: Iterable<ArchiveEntry>, style: TarStyle): Generator<Piece> {
  for (const entry of entries) {
    yield* memberHeader(entry, style);
    if (entry.kind !== 'file') continue;
    const size = sizeOf(entry.content);
    if (size > 0) yield entry.content;
    const padding = tarPadding(size);
    if (padding.length > 0) yield padding;
  }
  yield Buffer.alloc(2 * BLOCK_BYTES);
}

function* memberHeader(entry: ArchiveEntry, style: TarStyle): Generator<Buffer> {
  const path = Buffer.from(`${style.prefix}${entry.path}${entry.kind === 'dir' && entry.path !== '' ? '/' : ''}`);
  const link = entry.kind === 'link' ? Buffer.from(entry.target) : undefined;
  const sizeBytes = entry.kind === 'file' ? sizeOf(entry.content) : 0;
  const place = splitName(path);
  const linkFits = link === undefined || link.length <= 100;
  if (style.long === 'gnu') {
    if (sizeBytes > MAX_OCTAL_11)
      throw new PackageTooLargeError(
        `${entry.path} has ${sizeBytes} bytes; a file in a deb has at most ${MAX_OCTAL_11} (8 GiB).`,
        'Split the file.',
      );
    if (link && !linkFits) yield gnuLong(TAR_TYPE.gnuLink, link);
    if (!place) yield gnuLong(TAR_TYPE.gnuName, path);
  } else {
    const records: Record<string, string> = {};
    if (link && (!linkFits || !isAscii(link))) records['linkpath'] = link.toString();
    if (!place || !isAscii(path)) records['path'] = path.toString();
    if (sizeBytes > MAX_OCTAL_11) records['size'] = String(sizeBytes);
    if (Object.keys(records).length > 0) yield paxHeader(records, style.mtimeS);
  }
  yield tarHeader({
    ...(place ?? { name: path.subarray(0, 100) }),
    type: TAR_TYPE[entry.kind],
    mode: entry.kind === 'link' ? 0o777 : entry.mode,
    owner: entry.owner,
    sizeBytes: sizeBytes > MAX_OCTAL_11 ? 0 : sizeBytes, // then the pax record counts
    mtimeS: style.mtimeS,
    ...(link ? { link: link.subarray(0, 100) } : {}),
  });
}

/** A GNU member that holds the long name of the next one, ended by a zero. */
function gnuLong(type: 'L' | 'K', text: Buffer): Buffer {
  const body = Buffer.concat([text, Buffer.of(0)]);
  const name = Buffer.from('././@LongLink');
  const header = tarHeader({ name, type, mode: 0o644, owner: ROOT, sizeBytes: body.length, mtimeS: 0 });
  return Buffer.concat([header, body, tarPadding(body.length)]);
}

function paxHeader(records: Readonly<Record<string, string>>, mtimeS: number): Buffer {
  const body = paxRecords(records);
  const name = Buffer.from('PaxHeaders/member');
  const header = tarHeader({ name, type: TAR_TYPE.pax, mode: 0o644, owner: ROOT, sizeBytes: body.length, mtimeS });
  return Buffer.concat([header, body, tarPadding(body.length)]);
}

const isAscii = (bytes: Buffer): boolean => bytes.every((byte) => byte < 0x80);
