import { createHash } from 'node:crypto';
import { crc32, deflateRawSync, inflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Sha256 } from '../../../kernel/ids.ts';
import { arHeader, arMagic, arPadding, readAr } from './ar-archive.ts';
import { type ArchiveEntry, ROOT } from './archive-entry.ts';
import { bytesSource, joinSources, partOf } from './byte-source.ts';
import { MemberGuard } from './member-guard.ts';
import { paxRecords, readPaxRecords } from './pax-records.ts';
import { tarPieces } from './tar-pieces.ts';
import { type TarMember, TarReader } from './tar-reader.ts';
import { readZip } from './zip-reader.ts';
import { type ZipRecord, zipDirectory, zipLocalHeader, zipLocalHeaderBytes } from './zip-writer.ts';

const part = fc.oneof(
  fc.constantFrom(
    'a',
    'hello',
    'with space',
    'ünïcode',
    '日本語',
    'x'.repeat(100),
    'y'.repeat(155),
    'z'.repeat(255),
    '😀',
  ),
  fc.string({ minLength: 1, maxLength: 8, unit: 'grapheme' }).filter((text) => !/[/\0\\]|^\.\.?$/.test(text)),
);
const path = fc.array(part, { minLength: 1, maxLength: 5 }).map((parts) => parts.join('/'));
const body = fc.uint8Array({ maxLength: 1500 });
const entry: fc.Arbitrary<ArchiveEntry> = fc.oneof(
  fc.record({ path, mode: fc.constantFrom(0o644, 0o755, 0o4755), content: body }).map((made) => ({
    kind: 'file' as const,
    config: false,
    owner: ROOT,
    askedBy: 'test',
    ...made,
  })),
  path.map((name) => ({ kind: 'dir' as const, path: name, mode: 0o755, owner: ROOT, askedBy: 'test' })),
  fc
    .tuple(path, path)
    .map(([name, target]) => ({ kind: 'link' as const, path: name, target, owner: ROOT, askedBy: 'test' })),
);

function tarBytes(entries: readonly ArchiveEntry[], long: 'pax' | 'gnu', mtimeS = 1): Buffer {
  const pieces = [...tarPieces(entries, { long, prefix: long === 'gnu' ? './' : '', mtimeS })];
  return Buffer.concat(pieces.map((piece) => (piece instanceof Uint8Array ? piece : Buffer.alloc(0))));
}

function readTar(bytes: Uint8Array, chunkBytes = bytes.length): { member: TarMember; content: Buffer }[] {
  const found: { member: TarMember; content: Buffer }[] = [];
  const reader = new TarReader({
    member: (member) => void found.push({ member, content: Buffer.alloc(0) }),
    content(chunk) {
      const last = found.at(-1)!;
      last.content = Buffer.concat([last.content, chunk]);
    },
  });
  for (let at = 0; at < bytes.length; at += chunkBytes) reader.push(bytes.subarray(at, at + chunkBytes));
  reader.end();
  return found;
}

describe('tar', () => {
  test.each(['pax', 'gnu'] as const)(
    'what is written with %s names is read back, however the bytes are cut',
    (long) => {
      fc.assert(
        fc.property(fc.array(entry, { maxLength: 8 }), fc.integer({ min: 1, max: 2000 }), (entries, chunkBytes) => {
          const found = readTar(tarBytes(entries, long, 1_622_649_600), chunkBytes);
          const prefix = long === 'gnu' ? './' : '';
          expect(
            found.map(({ member, content }) => [
              member.path,
              member.type,
              member.mode,
              member.mtimeS,
              member.link,
              content.toString('hex'),
            ]),
          ).toEqual(
            entries.map((made) => [
              `${prefix}${made.path}${made.kind === 'dir' ? '/' : ''}`,
              { file: '0', dir: '5', link: '2' }[made.kind],
              made.kind === 'link' ? 0o777 : made.mode,
              1_622_649_600,
              made.kind === 'link' ? made.target : '',
              made.kind === 'file' ? Buffer.from(made.content as Uint8Array).toString('hex') : '',
            ]),
          );
        }),
        { numRuns: 300 },
      );
    },
  );

  test('names around the limits of a header are whole, whichever way they are kept', () => {
    const paths = [98, 99, 100, 101].flatMap((last) =>
      [1, 54, 55, 152, 153, 154, 155, 156, 157].map((first) => `${'p'.repeat(first)}/${'n'.repeat(last)}`),
    );
    const files = paths.map(
      (name): ArchiveEntry => ({ kind: 'dir', path: name, mode: 0o755, owner: ROOT, askedBy: '' }),
    );
    expect(readTar(tarBytes(files, 'pax')).map(({ member }) => member.path)).toEqual(paths.map((name) => `${name}/`));
    expect(readTar(tarBytes(files, 'gnu')).map(({ member }) => member.path)).toEqual(paths.map((name) => `./${name}/`));
  });

  test('a name in a deb never becomes a pax header, which dpkg would refuse', () => {
    fc.assert(
      fc.property(fc.array(entry, { minLength: 1, maxLength: 8 }), (entries) => {
        const bytes = tarBytes(entries, 'gnu');
        const types: string[] = [];
        for (let at = 0; bytes[at] !== 0; ) {
          types.push(String.fromCharCode(bytes[at + 156]!));
          const size = Number.parseInt(bytes.toString('latin1', at + 124, at + 135), 8);
          at += 512 + Math.ceil(size / 512) * 512;
        }
        expect(types.filter((type) => !'025LK'.includes(type))).toEqual([]);
      }),
    );
  });

  test('a blob is named with its digest where its bytes belong, and padded to whole blocks', () => {
    const content = { sha256: createHash('sha256').update('x').digest('hex') as Sha256, sizeBytes: 700 };
    const file: ArchiveEntry = {
      kind: 'file',
      path: 'a',
      mode: 0o644,
      content,
      config: false,
      owner: ROOT,
      askedBy: '',
    };
    const pieces = [...tarPieces([file], { long: 'pax', prefix: '', mtimeS: 0 })];
    expect(pieces.map((piece) => (piece instanceof Uint8Array ? piece.length : piece))).toEqual([
      512,
      content,
      324,
      1024,
    ]);
  });

  test('a file of 9 GiB is written with a pax size in an archive, and refused in a deb', () => {
    const content = { sha256: 'a'.repeat(64) as Sha256, sizeBytes: 9 * 1024 ** 3 };
    const file: ArchiveEntry = {
      kind: 'file',
      path: 'big',
      mode: 0o644,
      content,
      config: false,
      owner: ROOT,
      askedBy: '',
    };
    const [pax] = [...tarPieces([file], { long: 'pax', prefix: '', mtimeS: 0 })];
    expect(Buffer.from(pax as Uint8Array).toString('latin1', 512)).toContain('size=9663676416\n');
    expect(() => [...tarPieces([file], { long: 'gnu', prefix: './', mtimeS: 0 })]).toThrow('8 GiB');
  });

  test('pax records are read back, whatever is in them', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.stringMatching(/^[a-zA-Z.]{1,20}$/), fc.string({ unit: 'grapheme' })), (records) => {
        expect(Object.fromEntries(readPaxRecords(paxRecords(records)))).toEqual({ ...records });
      }),
    );
    expect(paxRecords({ path: 'x'.repeat(91) }).length).toBe(100 + 1); // the length's own digits count too
  });
});

describe('ar', () => {
  test('what is written is read back, also joined from parts', () => {
    const name = fc.stringMatching(/^[a-z.-]{1,16}$/);
    fc.assert(
      fc.property(fc.array(fc.tuple(name, body), { maxLength: 5 }), (members) => {
        const parts = members.flatMap(([label, bytes]) => [
          arHeader(label, bytes.length, 7),
          bytes,
          arPadding(bytes.length),
        ]);
        const found = readAr(joinSources([arMagic(), ...parts].map(bytesSource)));
        expect(found.map((member) => [member.name, Buffer.from(member.bytes.read(0, member.bytes.sizeBytes))])).toEqual(
          members.map(([label, bytes]) => [label, Buffer.from(bytes)]),
        );
      }),
    );
  });

  test.each([
    ['no magic', '!<arsh>\n', 'does not begin'],
    ['nothing at all', '', 'does not begin'],
    ['half a header', `!<arch>\n${'x'.repeat(59)}`, 'cut off after 59 bytes'],
    ['a header without its end', `!<arch>\n${'x'.repeat(60)}`, 'no ar header'],
    ['a size that is no number', `!<arch>\n${'a'.padEnd(48)}${'-1'.padEnd(10)}\`\n`, 'no ar header'],
    ['a size larger than the file', `!<arch>\n${'a'.padEnd(48)}${'9999999999'}\`\n`, 'claims 9999999999 bytes'],
  ])('an archive with %s is refused', (_, text, why) => {
    expect(() => readAr(bytesSource(Buffer.from(text, 'latin1')))).toThrow(why);
  });

  test('a member of over 9,999,999,999 bytes cannot be written', () => {
    expect(() => arHeader('data.tar.gz', 10_000_000_000, 0)).toThrow('9999999999');
  });
});

function zipBytes(entries: readonly ArchiveEntry[], mtimeS = 1_622_649_600): Buffer {
  const parts: Buffer[] = [];
  const records: ZipRecord[] = [];
  let offset = 0;
  for (const made of entries) {
    const bytes =
      made.kind === 'file'
        ? Buffer.from(made.content as Uint8Array)
        : Buffer.from(made.kind === 'link' ? made.target : '');
    const packed = made.kind === 'file' ? deflateRawSync(bytes) : bytes;
    const record: ZipRecord = {
      path: made.kind === 'dir' ? `${made.path}/` : made.path,
      kind: made.kind,
      mode: made.kind === 'link' ? 0o777 : made.mode,
      crc32: crc32(bytes),
      sizeBytes: bytes.length,
      packedBytes: packed.length,
      isDeflated: made.kind === 'file',
      offset,
    };
    const header = zipLocalHeader(record, mtimeS);
    expect(header.length).toBe(zipLocalHeaderBytes(record.path));
    parts.push(header, packed);
    offset += header.length + packed.length;
    records.push(record);
  }
  return Buffer.concat([...parts, zipDirectory(records, mtimeS)]);
}

describe('zip', () => {
  test('what is written is read back, also behind a start script', () => {
    fc.assert(
      fc.property(
        fc.array(entry, { maxLength: 6 }),
        fc.constantFrom('', '#!/bin/sh\nexec java -jar "$0"\n'),
        (entries, script) => {
          const found = readZip(bytesSource(Buffer.concat([Buffer.from(script), zipBytes(entries)])));
          expect(
            found.map(({ path: name, method, packed, unixMode, crc32: sum }) => {
              const raw = Buffer.from(packed.read(0, packed.sizeBytes));
              const bytes = method === 8 ? inflateRawSync(raw) : raw;
              expect(crc32(bytes)).toBe(sum);
              return [name, unixMode & 0o7777, bytes.toString('hex')];
            }),
          ).toEqual(
            entries.map((made) => [
              made.kind === 'dir' ? `${made.path}/` : made.path,
              made.kind === 'link' ? 0o777 : made.mode,
              made.kind === 'file'
                ? Buffer.from(made.content as Uint8Array).toString('hex')
                : Buffer.from(made.kind === 'link' ? made.target : '').toString('hex'),
            ]),
          );
        },
      ),
      { numRuns: 200 },
    );
  });

  test.each([
    [0, [1980, 1, 1, 0, 0, 0]],
    [1_622_649_601, [2021, 6, 2, 16, 0, 0]],
    [5_000_000_000, [2107, 12, 31, 23, 59, 58]],
  ])('the time %d is written in UTC, within what MS-DOS time can say', (mtimeS, expected) => {
    const bytes = zipBytes([], mtimeS);
    expect(bytes.length).toBe(22);
    const record = {
      path: 'a',
      kind: 'file',
      mode: 0,
      crc32: 0,
      sizeBytes: 0,
      packedBytes: 0,
      isDeflated: false,
      offset: 0,
    } as const;
    const header = zipLocalHeader(record, mtimeS);
    const time = header.readUInt16LE(10);
    const date = header.readUInt16LE(12);
    expect([(date >> 9) + 1980, (date >> 5) & 15, date & 31, time >> 11, (time >> 5) & 63, (time & 31) * 2]).toEqual(
      expected,
    );
  });

  test('more than a zip can say without 64-bit fields is refused, with the other format as remedy', () => {
    const record = {
      path: 'a',
      kind: 'file',
      mode: 0,
      crc32: 0,
      sizeBytes: 0,
      packedBytes: 0,
      isDeflated: false,
      offset: 0,
    } as const;
    expect(() =>
      zipDirectory(
        Array.from({ length: 65_535 }, () => record),
        0,
      ),
    ).toThrow('65535 files');
    expect(() => zipLocalHeader({ ...record, sizeBytes: 5 * 1024 ** 3 }, 0)).toThrow('5368709120 bytes');
  });

  test('members that share their bytes are refused: a small file would unpack to terabytes', () => {
    const bytes = zipBytes([
      { kind: 'file', path: 'a', mode: 0o644, content: Buffer.alloc(100), config: false, owner: ROOT, askedBy: '' },
      { kind: 'file', path: 'b', mode: 0o644, content: Buffer.alloc(100), config: false, owner: ROOT, askedBy: '' },
    ]);
    const second = bytes.indexOf(Buffer.from('504b0102', 'hex'), bytes.indexOf(Buffer.from('504b0102', 'hex')) + 1);
    bytes.writeUInt32LE(0, second + 42); // the second points to the first one's bytes
    expect(() => readZip(bytesSource(bytes))).toThrow('overlap');
  });
});

describe('members of a foreign archive', () => {
  const check = (...members: readonly (readonly [path: string, target?: string, hard?: boolean])[]) => {
    const guard = new MemberGuard('x.tar');
    for (const [name, target, hard = false] of members)
      guard.check(name, target === undefined ? undefined : { target, hard });
    return guard.count;
  };

  test.each([
    ['../x', 'leaves the package'],
    ['a/../../x', 'leaves the package'],
    ['a/..', 'leaves the package'],
    ['..\\x', 'leaves the package'],
    ['/etc/passwd', 'is absolute'],
    ['//etc', 'is absolute'],
  ])('named %s are refused', (name, why) => {
    expect(() => check([name])).toThrow(why);
  });

  test('are refused below a link that leads out, even when the link was replaced', () => {
    expect(() => check(['a', '/etc'], ['a/passwd'])).toThrow('goes through the link "a"');
    expect(() => check(['./b/a', '../../etc'], ['b/a/passwd'])).toThrow('goes through the link "b/a"');
    expect(() => check(['a', '../x'], ['a/'], ['a/b'])).toThrow('goes through the link "a"');
    expect(() => check(['a', '../x', true])).toThrow('is a link to "../x"');
  });

  test('are refused where links lead out only together, or under another name', () => {
    expect(() => check(['d/e', '..'], ['f', 'd/e/..'], ['f/evil'])).toThrow('goes through the link "d/e"');
    expect(() => check(['d/e', '..'], ['d/e/l', '..'], ['l/evil'])).toThrow('goes through the link "l"');
    expect(() => check(['a', '/etc'], ['b', 'a', true], ['b/passwd'])).toThrow('goes through the link "b"');
    expect(() => check(['a', 'b'], ['b', 'a'], ['a/x'])).toThrow('in a circle');
    expect(() => check(['shadow', '/etc/shadow', true])).toThrow('is a link to "/etc/shadow"');
    expect(() => check(['a', '/etc'], ['shadow', 'a/shadow', true])).toThrow('goes through the link "a"');
    expect(() => check(['a', 'b'], ['a', '/etc'])).toThrow('as a link to "b" and as a link to "/etc"');
  });

  test('are taken when they only look odd', () => {
    expect(
      check(['./'], ['.//a/./b'], ['a/link', '../c'], ['lib', 'usr/lib'], ['lib/x'], ['abs', '/usr/bin/x'], ['a..b/c']),
    ).toBe(7);
  });
});

describe('bytes', () => {
  test('are read across the parts they are joined from', () => {
    fc.assert(
      fc.property(fc.array(body, { maxLength: 5 }), fc.nat(), fc.nat(), (parts, a, b) => {
        const whole = Buffer.concat(parts);
        const from = a % (whole.length + 1);
        const length = b % (whole.length - from + 1);
        const source = partOf(joinSources(parts.map(bytesSource)), from, whole.length - from);
        expect(Buffer.from(source.read(0, length))).toEqual(whole.subarray(from, from + length));
        expect(() => source.read(0, whole.length - from + 1)).toThrow(RangeError);
      }),
    );
  });
});
