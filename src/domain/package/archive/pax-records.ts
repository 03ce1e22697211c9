import { PackageFormatError } from '../package-error.ts';

/** POSIX pax, "pax Extended Header": lines of `<length> <key>=<value>\n`, where the length counts itself. Sorted by key. */
export function paxRecords(records: Readonly<Record<string, string>>): Buffer {
  const lines = Object.entries(records)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => paxLine(key, value));
  return Buffer.concat(lines);
}

function paxLine(key: string, value: string): Buffer {
  const rest = Buffer.from(` ${key}=${value}\n`);
  let length = rest.length + 1;
  while (String(length).length + rest.length !== length) length = String(length).length + rest.length;
  return Buffer.concat([Buffer.from(String(length)), rest]);
}

/** Reads such lines. @throws {PackageFormatError} a line whose length is not that of a line. */
export function readPaxRecords(body: Uint8Array): ReadonlyMap<string, string> {
  const bytes = Buffer.from(body);
  const records = new Map<string, string>();
  let offset = 0;
  while (offset < bytes.length) {
    const blank = bytes.indexOf(0x20, offset);
    const digits = blank === -1 ? '' : bytes.toString('latin1', offset, Math.min(blank, offset + 12));
    const end = offset + Number(digits);
    const equals = bytes.indexOf(0x3d, blank);
    if (!/^\d+$/.test(digits) || end > bytes.length || equals === -1 || equals >= end || bytes[end - 1] !== 0x0a)
      throw new PackageFormatError(
        `The tar archive cannot be read: a pax header is broken at its byte ${offset}.`,
        'Make or fetch the package again.',
      );
    records.set(bytes.toString('utf8', blank + 1, equals), bytes.toString('utf8', equals + 1, end - 1));
    offset = end;
  }
  return records;
}
