import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasProgram } from '../../../test/support/has-program.ts';
import { PackageFixture } from '../../../test/support/package-fixture.ts';
import { arHeader, arMagic, arPadding } from '../../domain/package/archive/ar-archive.ts';
import { type ArchiveEntry, ROOT } from '../../domain/package/archive/archive-entry.ts';
import { bytesSource } from '../../domain/package/archive/byte-source.ts';
import { tarPieces } from '../../domain/package/archive/tar-pieces.ts';
import { PackageError } from '../../domain/package/package-error.ts';
import { inspectPackage } from './inspect-package.ts';
import { unpack } from './unpack.ts';

const HAS_DPKG_DEB = hasProgram('dpkg-deb', 'damaged debs of dpkg-deb');
const HAS_XZ = hasProgram('xz', 'a bomb packed by xz');
const HAS_ZSTD = hasProgram('zstd', 'a bomb packed by zstd');

let fixture: PackageFixture;
let samples: Readonly<Record<string, Buffer>>;
beforeAll(async () => {
  fixture = await PackageFixture.make();
  const made: Record<string, Buffer> = {};
  const app = { hello: '#!/bin/sh\necho hello\n', 'dir/other': 'x'.repeat(2000) };
  for (const format of ['deb', 'tar', 'zip'] as const) {
    const to = format === 'deb' ? '/opt' : 'opt';
    const built = await fixture.build(format, { files: { app: { to } } }, { app });
    made[built.fileName] = readFileSync(await fixture.file(built));
  }
  if (HAS_DPKG_DEB) {
    const root = fixture.newFolder('root');
    mkdirSync(join(root, 'DEBIAN'));
    writeFileSync(
      join(root, 'DEBIAN/control'),
      'Package: hello\nVersion: 1\nArchitecture: all\nMaintainer: a <a@b>\nDescription: d\n',
    );
    writeFileSync(join(root, 'hello'), 'hello '.repeat(300));
    for (const compression of ['xz', 'zstd', 'none']) {
      const path = join(fixture.folder, `${compression}.deb`);
      execFileSync('dpkg-deb', [`-Z${compression}`, '--build', root, path]);
      made[`${compression}.deb`] = readFileSync(path);
    }
  }
  made['plain.tar'] = tarOf(entry('a', 'x'.repeat(600)), entry('b'));
  samples = made;
});
afterAll(() => fixture.close());

/** A deb around these tar files, so that its outside is right. */
function debOf(control: Buffer, data: Buffer, suffix = ''): Buffer {
  const members = [
    ['debian-binary', Buffer.from('2.0\n')],
    [`control.tar${suffix}`, control],
    [`data.tar${suffix}`, data],
  ] as const;
  return Buffer.concat([
    arMagic(),
    ...members.flatMap(([name, bytes]) => [arHeader(name, bytes.length, 0), bytes, arPadding(bytes.length)]),
  ]);
}

const entry = (path: string, text = ''): ArchiveEntry => ({
  kind: 'file',
  path,
  mode: 0o644,
  content: Buffer.from(text),
  config: false,
  owner: ROOT,
  askedBy: '',
});
const tarOf = (...entries: readonly ArchiveEntry[]): Buffer =>
  Buffer.concat([...tarPieces(entries, { long: 'gnu', prefix: '', mtimeS: 0 })] as Buffer[]);
const CONTROL = () => tarOf(entry('control', 'Package: hello\nVersion: 1\nArchitecture: all\n'));
const inspect = (bytes: Buffer, fileName: string) => inspectPackage(bytesSource(bytes), fileName);

describe('a package that is cut off', () => {
  test('is refused at every offset, never taken for a smaller one', async () => {
    for (const [fileName, bytes] of Object.entries(samples)) {
      // What is not needed may be missing, as for dpkg and tar: a newline after the last member, a second empty block.
      const spare = fileName.endsWith('.tar') ? 512 : fileName.endsWith('.deb') && bytes.at(-1) === 0x0a ? 1 : 0;
      const end = bytes.length - spare;
      for (let length = 0; length < end; length++) {
        const outcome = await inspect(bytes.subarray(0, length), fileName).catch((error: unknown) => error);
        if (!(outcome instanceof PackageError))
          expect.fail(`${fileName} cut to ${length} of ${bytes.length}: ${String(outcome)}`);
      }
      expect(await inspect(bytes, fileName)).toBeDefined();
    }
  }, 120_000);

  test('is refused when any byte of it was flipped, or is still read as what it says', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...Object.keys(samples)),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        async (fileName, at, flip) => {
          const bytes = Buffer.from(samples[fileName] ?? []);
          bytes[at % bytes.length]! ^= flip;
          const outcome = await inspect(bytes, fileName).catch((error: unknown) => error);
          if (outcome instanceof Error && !(outcome instanceof PackageError)) throw outcome;
        },
      ),
      { numRuns: 1500 },
    );
  }, 120_000);

  test('is refused when a byte of a file in it was flipped, in every format', async () => {
    const bytes = Buffer.from(samples['hello-1.0.zip'] ?? []);
    const at = bytes.indexOf('opt/hello') + 9 + 9 + 5; // within the deflated bytes of opt/hello
    bytes[at]! ^= 1;
    await expect(inspect(bytes, 'x.zip')).rejects.toThrow(/damaged|cannot be unpacked/);
    for (const fileName of ['hello-1.0.tar.gz', 'hello_1.0_all.deb', 'xz.deb'].filter((name) => name in samples)) {
      const packed = Buffer.from(samples[fileName] ?? []);
      packed[packed.length - 40]! ^= 1;
      await expect(inspect(packed, fileName)).rejects.toThrow('cannot be unpacked');
    }
  });

  test('or is noise behind a right beginning ends with an error of ours, never another', async () => {
    const magics = ['1f8b0800', 'fd377a585a000001', '28b52ffd', '28b52ffda4', '504b0304', '213c617263683e0a'].map(
      (hex) => Buffer.from(hex, 'hex'),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...magics),
        fc.uint8Array({ maxLength: 400 }),
        fc.constantFrom('x.deb', 'x.zip', 'x.tar.gz', 'x'),
        async (magic, noise, fileName) => {
          const outcome = await inspect(Buffer.concat([magic, noise]), fileName).catch((error: unknown) => error);
          if (outcome instanceof Error && !(outcome instanceof PackageError)) throw outcome;
        },
      ),
      { numRuns: 1500 },
    );
  });
});

describe('a package that is made to do harm', () => {
  test.each([
    ['../../etc/passwd', 'leaves the package'],
    ['/etc/passwd', 'is absolute'],
    ['usr/../../x', 'leaves the package'],
  ])('with the member %s is refused as tar, as deb and compressed', async (path, why) => {
    const bytes = tarOf(entry(path, 'x'));
    await expect(inspect(bytes, 'x.tar')).rejects.toThrow(why);
    await expect(inspect(gzipSync(bytes), 'x.tgz')).rejects.toThrow(why);
    await expect(inspect(debOf(CONTROL(), bytes), 'x.deb')).rejects.toThrow(why);
  });

  test('that writes through a link of its own is refused', async () => {
    const link: ArchiveEntry = { kind: 'link', path: 'a', target: '/etc', owner: ROOT, askedBy: '' };
    await expect(inspect(tarOf(link, entry('a/cron.d/x')), 'x.tar')).rejects.toThrow('goes through the link "a"');
    await expect(inspect(tarOf(link), 'x.tar')).resolves.toEqual({ format: 'tar', entries: 1 });
  });

  test.each([
    [
      'two control files',
      () => debOf(tarOf(entry('control', 'a'), entry('./control', 'b')), tarOf()),
      'two control files',
    ],
    ['no control file', () => debOf(tarOf(entry('md5sums', '')), tarOf()), 'no control file'],
    [
      'a control file of 2 MB',
      () => debOf(tarOf(entry('control', 'x'.repeat(2_000_000))), tarOf()),
      'more than 1048576 bytes',
    ],
    ['an unknown compression', () => debOf(CONTROL(), tarOf(), '.bz2'), 'a way that is not read here'],
    [
      'another format version',
      () => Buffer.from(debOf(CONTROL(), tarOf()).toString('latin1').replace('2.0\n', '3.0\n'), 'latin1'),
      'not 2.0',
    ],
    [
      'members in another order',
      () => debOf(CONTROL(), tarOf()).subarray(0, 72),
      'nothing where control.tar must stand',
    ],
  ])('deb with %s is refused', async (_, make, why) => {
    await expect(inspect(make(), 'x.deb')).rejects.toThrow(why);
  });

  test('tar whose name claims gigabytes is refused before they are held', async () => {
    const header = Buffer.from(tarOf(entry('x'))).subarray(0, 512);
    header.write('L', 156, 'latin1');
    header.write('77777777777\0', 124, 'latin1');
    let sum = 256;
    header.forEach((byte, i) => {
      if (i < 148 || i >= 156) sum += byte;
    });
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
    await expect(inspect(header, 'x.tar')).rejects.toMatchObject({ code: 'SLIP_PACKAGE_TOO_LARGE' });
  });

  test.each([
    ['gzip', () => gzipSync(Buffer.alloc(50_000_000)), true],
    ['xz', () => execFileSync('xz', ['-c'], { input: Buffer.alloc(50_000_000) }), HAS_XZ],
    ['zstd', () => execFileSync('zstd', ['-c', '-q'], { input: Buffer.alloc(50_000_000) }), HAS_ZSTD],
  ] as const)(
    '%s that unpacks to far more than it packs is stopped at the limit',
    async (compression, make, isThere) => {
      if (!isThere) return; // hasProgram has said so
      const packed = make();
      let seen = 0;
      const reading = (async () => {
        for await (const chunk of unpack(compression, bytesSource(packed), 'bomb', 1_000_000)) seen += chunk.length;
      })();
      await expect(reading).rejects.toMatchObject({ code: 'SLIP_PACKAGE_TOO_LARGE' });
      expect(seen).toBeLessThanOrEqual(1_000_000);
    },
  );

  test('zstd whose four bytes stand for 128 KiB is counted before it fills the memory', async () => {
    const block = Buffer.alloc(4);
    block.writeUIntLE((131_072 << 3) | (1 << 1), 0, 3); // RLE_Block, not the last
    const last = Buffer.from([1, 0, 0]); // Raw_Block of nothing, the last
    const frame = [Buffer.from('28b52ffd0050', 'hex'), ...Array.from({ length: 10_000 }, () => block), last];
    const before = process.memoryUsage().arrayBuffers;
    let most = 0;
    const unpacking = async () => {
      for await (const _piece of unpack('zstd', bytesSource(Buffer.concat(frame)), 'x.tar.zst'))
        most = Math.max(most, process.memoryUsage().arrayBuffers - before);
    };
    await expect(unpacking()).rejects.toMatchObject({ code: 'SLIP_PACKAGE_TOO_LARGE' });
    expect(most).toBeLessThan(400_000_000);
  });

  test('zstd that asks for gigabytes of memory is refused before it gets them', async () => {
    const descriptor = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0xa8, 0x01, 0x00, 0x00]); // a window of 2 GiB
    await expect(inspect(descriptor, 'x.tar.zst')).rejects.toMatchObject({ code: 'SLIP_PACKAGE_TOO_LARGE' });
  });

  test.skipIf(!HAS_XZ)('xz that asks for gigabytes of memory is refused', async () => {
    const packed = execFileSync('xz', ['-c', '--lzma2=dict=256MiB'], { input: tarOf(entry('x')) });
    await expect(inspect(packed, 'x.tar.xz')).rejects.toThrow('more than 64 MiB of memory');
  });

  test('zip whose member claims to be small and is not is refused', async () => {
    const bytes = Buffer.from(samples['hello-1.0.zip'] ?? []);
    const directory = bytes.indexOf(Buffer.from('504b0102', 'hex'));
    bytes.writeUInt32LE(10, directory + 24); // dir/other, in truth 2000 bytes
    await expect(inspect(bytes, 'x.zip')).rejects.toMatchObject({ code: 'SLIP_PACKAGE_TOO_LARGE' });
    bytes.writeUInt32LE(0xfffffff0, directory + 24);
    await expect(inspect(bytes, 'x.zip')).rejects.toThrow('claims to unpack to');
  });

  test('package that keeps its reader busy is given up in the time that is set', async () => {
    const busy = await PackageFixture.make({ inspectTimeoutMs: 300 });
    try {
      const blob = await busy.store.put(gzipSync(Buffer.alloc(1_000_000_000), { level: 1 }));
      await expect(busy.builder.inspect(blob.sha256, 'zeros.tar.gz')).rejects.toMatchObject({
        code: 'SLIP_PACKAGE_FORMAT',
        message: 'zeros.tar.gz could not be read within 0.3 s.',
      });
    } finally {
      busy.close();
    }
  });
});
