import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  ftruncateSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasProgram } from '../../../test/support/has-program.ts';
import { PackageFixture } from '../../../test/support/package-fixture.ts';
import { bytesSource } from '../../domain/package/archive/byte-source.ts';
import { inspectPackage } from './inspect-package.ts';

const HAS_DPKG_DEB = hasProgram('dpkg-deb', 'debs that dpkg-deb has made');
const HAS_TAR = hasProgram('tar', 'archives that GNU tar has made');
const HAS_ZIP = hasProgram('zip', 'archives that zip has made');
const HAS_XZ = hasProgram('xz', 'archives packed by xz');
const HAS_ZSTD = hasProgram('zstd', 'archives packed by zstd');
const HAS_PYTHON = hasProgram('python3', 'archives that Python has made');

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-foreign-'));
  const app = join(folder, 'app');
  mkdirSync(join(app, 'DEBIAN'), { recursive: true });
  mkdirSync(join(app, 'usr/share/hello', 'd'.repeat(120)), { recursive: true });
  writeFileSync(join(app, 'usr/share/hello', 'd'.repeat(120), 'f'.repeat(200)), 'long');
  writeFileSync(join(app, 'usr/share/hello/ünïcode'), 'x'.repeat(3_000_000));
  symlinkSync('/etc/hello', join(app, 'usr/share/hello/conf'));
  writeFileSync(
    join(app, 'DEBIAN/control'),
    'Package: hello\nVersion: 1:2.0-3\nArchitecture: amd64\nMaintainer: A <a@example.org>\nDescription: odd\n ünïcode\n .\n more\n',
  );
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const made = (name: string) => join(folder, name);
const inspect = (path: string, fileName = path.split('/').at(-1) ?? '') =>
  inspectPackage(bytesSource(readFileSync(path)), fileName);

describe('a deb that dpkg-deb has made', () => {
  test.skipIf(!HAS_DPKG_DEB).each([
    ['gzip', []],
    ['xz', []],
    ['xz', ['-z9']],
    ['zstd', []],
    ['zstd', ['-z19']],
    ['none', []],
    ['gzip', ['--no-uniform-compression']],
    ['zstd', ['--no-uniform-compression']],
  ] as const)('with %s %j is read from end to end', async (compression, options) => {
    const path = made(`${compression}${options.join('')}.deb`);
    execFileSync('dpkg-deb', [`-Z${compression}`, ...options, '--root-owner-group', '--build', made('app'), path]);
    expect(await inspect(path)).toEqual({
      format: 'deb',
      name: 'hello',
      version: '1:2.0-3',
      arch: 'amd64',
      control: execFileSync('dpkg-deb', ['-f', path], { encoding: 'utf8' }).trimEnd(),
    });
  });

  test.skipIf(!HAS_DPKG_DEB)('is read through the worker as well, and an unknown name does not matter', async () => {
    const fixture = await PackageFixture.make();
    try {
      const path = made('worker.deb');
      execFileSync('dpkg-deb', ['-Zzstd', '--build', made('app'), path]);
      const blob = await fixture.store.putFile(path);
      expect(await fixture.builder.inspect(blob.sha256, 'brought.bin')).toMatchObject({
        format: 'deb',
        version: '1:2.0-3',
      });
    } finally {
      fixture.close();
    }
  });
});

describe('an archive that another program has made', () => {
  test.skipIf(!HAS_TAR).each(['v7', 'oldgnu', 'gnu', 'ustar', 'posix'])(
    'GNU tar --format=%s is read',
    async (format) => {
      const path = made(`${format}.tar`);
      const files = ['v7', 'ustar'].includes(format) ? ['usr/share/hello/ünïcode', 'usr/share/hello/conf'] : ['usr'];
      execFileSync('tar', [`--format=${format}`, '-C', made('app'), '-cf', path, ...files]);
      const listed = execFileSync('tar', ['-tf', path], { encoding: 'utf8' }).trim().split('\n').length;
      expect(await inspect(path)).toEqual({ format: 'tar', entries: listed });
      expect(listed).toBe(files.length === 1 ? 7 : 2);
    },
  );

  test.skipIf(!HAS_TAR)('a sparse file in GNU tar is passed over as it should be', async () => {
    const sparse = made('sparse');
    const file = openSync(sparse, 'w');
    ftruncateSync(file, 40_000_000);
    // Over 21 holes: the old GNU format then needs more than one block for their map.
    for (let i = 0; i < 30; i++) writeSync(file, Buffer.alloc(4096, 1), 0, 4096, i * 819_200);
    closeSync(file);
    for (const format of ['gnu', 'posix']) {
      const path = made(`sparse-${format}.tar.gz`);
      execFileSync('tar', [`--format=${format}`, '-S', '-C', folder, '-czf', path, 'sparse', 'app/DEBIAN/control']);
      expect(await inspect(path)).toEqual({ format: 'tar', entries: 2 });
    }
  });

  test.skipIf(!HAS_TAR || !HAS_XZ || !HAS_ZSTD).each([
    ['x.tar.gz', ['-z']],
    ['x.tgz', ['-z']],
    ['x.tar.xz', ['-J']],
    ['x.tar.xz', ['-I', 'xz -T2 --block-size=1MiB']],
    ['x.tar.zst', ['-I', 'zstd -3']],
    ['x.tar.zst', ['-I', 'zstd --ultra -22']],
    ['x.tar', []],
  ])('%s, packed with %j, is a tar by its bytes', async (fileName, how) => {
    const path = made('packed');
    execFileSync('tar', [...how, '-C', made('app'), '-cf', path, 'usr']);
    expect(await inspect(path, fileName)).toEqual({ format: 'tar', entries: 7 });
    expect(await inspect(path, 'any-name')).toEqual({ format: 'tar', entries: 7 });
  });

  test.skipIf(!HAS_ZIP || !HAS_PYTHON)('zip and Python', async () => {
    const path = made('made-by-zip.zip');
    execFileSync('zip', ['-qry', path, 'usr'], { cwd: made('app') });
    expect(await inspect(path)).toEqual({ format: 'zip', entries: 7 });
    const script = `
import sys, zipfile
z = zipfile.ZipFile(sys.argv[1], 'w', zipfile.ZIP_DEFLATED)
for i in range(int(sys.argv[2])): z.writestr('a/%d' % i, 'x' * (i % 50))
z.writestr('b', 'y' * 100000, zipfile.ZIP_BZIP2)
z.close()`;
    const python = made('made-by-python.war');
    execFileSync('python3', ['-c', script, python, '1000']);
    expect(await inspect(python)).toEqual({ format: 'zip', entries: 1001 });
    execFileSync('python3', ['-c', script, python, '70000']); // more than 16 bits count: a 64-bit zip
    expect(await inspect(python)).toEqual({ format: 'zip', entries: 70_001 });
    const script64 =
      "import sys,zipfile; z=zipfile.ZipFile(sys.argv[1],'w'); f=z.open('big','w',force_zip64=True); f.write(b'x'*9); f.close(); z.close()";
    execFileSync('python3', ['-c', script64, made('forced64.zip')]);
    expect(await inspect(made('forced64.zip'))).toEqual({ format: 'zip', entries: 1 });
  });

  test.skipIf(!HAS_ZIP)('a jar that begins with a script that starts it', async () => {
    execFileSync('zip', ['-qr', made('plain.jar'), 'DEBIAN'], { cwd: made('app') });
    writeFileSync(
      made('starts.jar'),
      Buffer.concat([Buffer.from('#!/bin/sh\nexec java -jar "$0"\n'), readFileSync(made('plain.jar'))]),
    );
    chmodSync(made('starts.jar'), 0o755);
    expect(await inspect(made('starts.jar'))).toEqual({ format: 'zip', entries: 2 });
  });
});

describe('a file that is none of our formats', () => {
  test.each([
    ['an rpm', 'x.rpm', Buffer.from('edabeedb0300', 'hex')],
    ['an msi', 'x.msi', Buffer.from('d0cf11e0a1b11ae1', 'hex')],
    ['a text', 'README', Buffer.from('hello\n')],
    ['nothing', 'empty', Buffer.alloc(0)],
    ['a compressed page', 'hello.1.gz', gzipSync('.TH hello 1\n')],
    ['what only looks compressed', 'x.bin', Buffer.from('1f8b08ffffffffffffffff', 'hex')],
    ['a static library', 'libhello.a', Buffer.from('!<arch>\n')],
  ])('%s is carried as it is', async (_, fileName, bytes) => {
    expect(await inspectPackage(bytesSource(bytes), fileName)).toEqual({ format: 'file' });
  });

  test.each([
    ['x.deb', Buffer.from('not a deb'), 'x.deb is no deb: by its first bytes it is nothing that Slipway knows'],
    ['x.deb', gzipSync('x'), 'x.deb is no deb: by its first bytes it is gzip'],
    ['x.deb', Buffer.alloc(0), 'x.deb is no deb'],
    ['x.deb', Buffer.from('!<arch>\n'), 'its first member is not debian-binary'],
    ['x.tar.gz', gzipSync('not a tar'), 'x.tar.gz is no tar'],
    ['x.tar.gz', Buffer.from('<html>404</html>'), 'x.tar.gz is no tar'],
    ['x.war', Buffer.from('<html>502 Bad Gateway</html>'), 'no zip'],
    ['x.war', Buffer.alloc(0), 'no zip'],
    ['x.zip', Buffer.from('504b0304', 'hex'), 'the table at its end is missing'],
  ])('%s that is something else is refused', async (fileName, bytes, why) => {
    await expect(inspectPackage(bytesSource(bytes), fileName)).rejects.toMatchObject({
      code: 'SLIP_PACKAGE_FORMAT',
      message: expect.stringContaining(why),
    });
  });
});

test('the sum of a zip is that of zlib', () => {
  expect(crc32('123456789')).toBe(0xcbf43926);
});
