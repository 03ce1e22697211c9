import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { deflateRawSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { hasProgram } from '../../../test/support/has-program.ts';
import { MemoryArtifacts } from '../../../test/support/memory-artifacts.ts';
import { EPOCH_S, type FixtureFiles, PackageFixture, WORKER } from '../../../test/support/package-fixture.ts';
import { packageOptions } from '../../../test/support/package-options.ts';
import { Script } from '../../../test/support/start-script.ts';
import { canMount, Tmpfs } from '../../../test/support/tmpfs.ts';
import type { PackageOptions } from '../../domain/config/resolved-config.ts';
import { bytesSource } from '../../domain/package/archive/byte-source.ts';
import { readZip } from '../../domain/package/archive/zip-reader.ts';
import type { Sha256 } from '../../kernel/ids.ts';
import { WorkerPackageBuilder } from './worker-package-builder.ts';

const HAS_DPKG_DEB = hasProgram('dpkg-deb', 'a deb of ours with dpkg-deb');
const HAS_TAR = hasProgram('tar', 'a tar of ours with GNU tar');
const HAS_UNZIP = hasProgram('unzip', 'a zip of ours with unzip');
const HAS_PYTHON = hasProgram('python3', 'a zip of ours with Python');
const HAS_XZ = hasProgram('xz', 'compression: xz');
const CAN_MOUNT = canMount('a full disk while a package is built');

const run = (program: string, args: readonly string[]) =>
  execFileSync(program, args, { encoding: 'utf8', env: { PATH: process.env['PATH'], TZ: 'UTC', LANG: 'C.UTF-8' } });

let fixture: PackageFixture;
beforeAll(async () => {
  fixture = await PackageFixture.make();
});
afterAll(() => fixture.close());

const SERVICE = '[Service]\nExecStart=/usr/bin/hello\n[Install]\nWantedBy=multi-user.target\n';
const LONG = `long/${'d'.repeat(120)}/${'e'.repeat(150)}/${'f'.repeat(255)}`;
const APP: FixtureFiles = {
  hello: { run: '#!/bin/sh\necho hello\n' },
  'etc/hello.conf': 'greeting=hello\n',
  'hello.service': SERVICE,
  'share/a file with blanks': 'x',
  'share/ünïcode 日本 😀': 'y',
  'share/empty': '',
  'share/link': { link: 'a file with blanks' },
  [`share/${LONG}`]: 'z',
};
const FILES = {
  'app/hello': { to: '/usr/bin/hello' },
  'app/etc': { to: '/etc/hello', config: true },
  'app/share': { to: '/usr/share/hello' },
  data: { to: '/var/lib/hello', dir: true, owner: 'www-data', mode: 0o750 },
  alias: { to: '/usr/bin/hi', link: 'hello' },
};
const ARCHIVE_FILES = { 'app/hello': { to: 'hello' }, 'app/share': { to: 'share' }, logs: { to: 'logs', dir: true } };

describe('a deb that dpkg-deb reads', () => {
  test.skipIf(!HAS_DPKG_DEB || !HAS_XZ).each(['gzip', 'xz'] as const)(
    'has the fields, files, owners and times asked for (%s)',
    async (compression) => {
      const options = {
        compression,
        files: FILES,
        systemd: ['app/hello.service'],
        scripts: { postinst: 'app/hello' },
        relations: { depends: 'libc6 (>= 2.36)' },
        description: 'Long text\n\nwith a gap',
      };
      const built = await fixture.build('deb', options, { app: APP }, '1:2.0~rc1-2');
      expect(built.fileName).toBe('hello_2.0~rc1-2_all.deb');
      expect(built.facts).toMatchObject({ format: 'deb', name: 'hello', version: '1:2.0~rc1-2', arch: 'all' });
      const path = await fixture.file(built);
      expect(run('dpkg-deb', ['-f', path]).trimEnd()).toBe(built.facts.format === 'deb' ? built.facts.control : '');
      const listing = run('dpkg-deb', ['-c', path]);
      for (const line of [
        'drwxr-xr-x root/root         0 2021-06-02 16:00 ./\n',
        '-rwxr-xr-x root/root        21 2021-06-02 16:00 ./usr/bin/hello\n',
        'lrwxrwxrwx root/root         0 2021-06-02 16:00 ./usr/bin/hi -> hello\n',
        'drwxr-x--- www-data/www-data 0 2021-06-02 16:00 ./var/lib/hello/\n',
        '-rw-r--r-- root/root         1 2021-06-02 16:00 ./usr/share/hello/a file with blanks\n',
        `-rw-r--r-- root/root         1 2021-06-02 16:00 ./usr/share/hello/${LONG}\n`,
        '-rw-r--r-- root/root        72 2021-06-02 16:00 ./usr/lib/systemd/system/hello.service\n',
      ])
        expect(listing).toContain(line);

      const folder = mkdtempSync(join(fixture.folder, 'unpacked-'));
      run('dpkg-deb', ['-x', path, folder]);
      run('dpkg-deb', ['-e', path, join(folder, 'DEBIAN')]);
      expect(readFileSync(join(folder, 'usr/share/hello/ünïcode 日本 😀'), 'utf8')).toBe('y');
      expect(readFileSync(join(folder, 'usr/share/hello', LONG), 'utf8')).toBe('z');
      expect(readFileSync(join(folder, 'DEBIAN/conffiles'), 'utf8')).toBe('/etc/hello/hello.conf\n');
      expect(readFileSync(join(folder, 'DEBIAN/postinst'), 'utf8')).toContain('deb-systemd-helper enable');
      execFileSync('md5sum', ['--quiet', '--strict', '-c', 'DEBIAN/md5sums'], { cwd: folder });
      expect(readFileSync(join(folder, 'DEBIAN/md5sums'), 'utf8')).not.toContain('hello.conf');
    },
  );

  test.skipIf(!HAS_DPKG_DEB)('may be empty: a package that only depends on others', async () => {
    const built = await fixture.build('deb', { relations: { depends: 'hello-bin' } });
    expect(run('dpkg-deb', ['-c', await fixture.file(built)])).toMatch(/^drwxr-xr-x root\/root +0 .* \.\/\n$/);
  });

  test.skipIf(!HAS_DPKG_DEB)(
    'may hold 10,000 files',
    async () => {
      const artifacts = new MemoryArtifacts();
      const blob = await artifacts.put(Buffer.from('one of many\n'));
      const names = Array.from({ length: 10_000 }, (_, i) => `d${i % 97}/file-${i}`);
      const { sha256: app } = await artifacts.storeTree(names.map((path) => ({ path, mode: 0o644, ...blob })));
      const worker = pathToFileURL(WORKER);
      const builder = new WorkerPackageBuilder({ store: artifacts, trees: artifacts, worker });
      const build = async (format: 'deb' | 'tar' | 'zip', to: string) => {
        const options = packageOptions({ files: { app: { to } } });
        const request = { format, options, version: '1.0', inputs: { app }, sourceDateEpochS: EPOCH_S };
        return await builder.build(request, new AbortController().signal);
      };
      const built = await build('deb', '/opt/many');
      const path = join(fixture.newFolder('many'), built.fileName);
      await writeFile(path, artifacts.open(built.sha256));
      expect(
        run('dpkg-deb', ['-c', path])
          .split('\n')
          .filter((line) => line.startsWith('-')),
      ).toHaveLength(10_000);
      for (const format of ['tar', 'zip'] as const) {
        const { facts } = await build(format, 'many');
        expect(facts).toEqual({ format, entries: 10_000 });
      }
    },
    60_000,
  );
});

describe('archives that others read', () => {
  test.skipIf(!HAS_TAR)('GNU tar unpacks a tar with long, blank and non-ASCII names as they are', async () => {
    const built = await fixture.build('tar', { root: 'hello-1.0', files: ARCHIVE_FILES }, { app: APP });
    expect(built).toMatchObject({ fileName: 'hello-1.0.tar.gz', facts: { format: 'tar', entries: 7 } });
    const folder = mkdtempSync(join(fixture.folder, 'unpacked-'));
    run('tar', ['-xzf', await fixture.file(built), '-C', folder]);
    expect(readFileSync(join(folder, 'hello-1.0/share', LONG), 'utf8')).toBe('z');
    expect(readFileSync(join(folder, 'hello-1.0/share/ünïcode 日本 😀'), 'utf8')).toBe('y');
    expect(readFileSync(join(folder, 'hello-1.0/share/link'), 'utf8')).toBe('x');
    expect(run(join(folder, 'hello-1.0/hello'), [])).toBe('hello\n');
  });

  test.skipIf(!HAS_UNZIP || !HAS_PYTHON)(
    'unzip and Python unpack a zip with names, modes, links and times',
    async () => {
      const built = await fixture.build('zip', { files: ARCHIVE_FILES }, { app: APP });
      const path = await fixture.file(built);
      const folder = mkdtempSync(join(fixture.folder, 'unpacked-'));
      run('unzip', ['-q', path, '-d', folder]);
      expect(readFileSync(join(folder, 'share/ünïcode 日本 😀'), 'utf8')).toBe('y');
      expect(readFileSync(join(folder, 'share/link'), 'utf8')).toBe('x');
      expect(run(join(folder, 'hello'), [])).toBe('hello\n');
      expect(run('stat', ['-c', '%Y', join(folder, 'hello')]).trim()).toBe(String(EPOCH_S));
      const script = 'import sys,zipfile; z=zipfile.ZipFile(sys.argv[1]); print(z.testzip(), len(z.infolist()))';
      expect(run('python3', ['-c', script, path]).trim()).toBe('None 7');
    },
  );

  test('a large file is packed in pieces and a small one at once, with the same bytes', async () => {
    for (const size of [256 * 1024, 256 * 1024 + 1, 1_000_000]) {
      const bytes = Buffer.from(Array.from({ length: size }, (_, i) => ((i * 2_654_435_761) >>> 20) & 0x7f));
      const built = await fixture.build('zip', { files: { 'app/x': { to: 'x' } } }, { app: { x: bytes } });
      const [member] = readZip(bytesSource(readFileSync(await fixture.file(built))));
      const packed = Buffer.from(member?.packed.read(0, member.packed.sizeBytes) ?? []);
      expect(packed.equals(deflateRawSync(bytes, { level: 9 }))).toBe(true);
    }
  });
});

describe('the same package twice', () => {
  test('has the same bytes from another folder, directory order, umask and time zone', async () => {
    const script = await Script.of(new URL('../../../test/support/scripts/build-packages.ts', import.meta.url));
    try {
      const results = [];
      for (const [zone, umask, reverse] of [
        ['UTC', '022', false],
        ['America/New_York', '077', true],
        ['Asia/Kathmandu', '000', true],
      ] as const) {
        const app = fixture.newFolder(`app-${umask}`);
        const names = Object.entries(APP).filter(([, content]) => typeof content === 'string');
        for (const [name, content] of reverse ? names.toReversed() : names) {
          mkdirSync(dirname(join(app, name)), { recursive: true, mode: umask === '077' ? 0o700 : 0o777 });
          writeFileSync(join(app, name), content as string, { mode: umask === '077' ? 0o600 : 0o666 });
        }
        writeFileSync(join(app, 'run'), '#!/bin/sh\n');
        chmodSync(join(app, 'run'), umask === '077' ? 0o700 : 0o777);
        symlinkSync('run', join(app, 'link'));
        const state = fixture.newFolder(`state-${umask}`);
        results.push(await started(script, app, state, WORKER, zone, umask));
      }
      expect(new Set(results.map(({ hour }) => hour)).size).toBe(3); // the zones were really in force
      expect(new Set(results.map(({ digests }) => JSON.stringify(digests))).size).toBe(1);
    } finally {
      await script.close();
    }
  });

  test('has no time of today in it, and the gzip header says nothing of this machine', async () => {
    const built = await fixture.build('tar', { files: ARCHIVE_FILES }, { app: APP });
    const head = readFileSync(await fixture.file(built)).subarray(0, 10);
    expect(head.toString('hex')).toBe('1f8b08000000000002ff');
  });

  test('has other bytes when the epoch, a mode or a byte is another', async () => {
    const build = async (files: FixtureFiles, epochS?: number) =>
      (await fixture.build('tar', { files: { app: { to: 'x' } } }, { app: files }, '1.0', epochS)).sha256;
    const one = await build({ a: '1' });
    expect(await build({ a: '1' })).toBe(one);
    const others = [
      await build({ a: '2' }),
      await build({ a: { run: '1' } }),
      await build({ b: '1' }),
      await build({ a: '1' }, 1),
    ];
    expect(new Set([one, ...others]).size).toBe(5);
  });
});

async function started(script: Script, ...args: readonly string[]) {
  const child = await script.start(...args);
  const [said] = await once(child, 'message');
  return said as { digests: object; hour: number };
}

describe('a package is refused', () => {
  const refused = (options: Partial<PackageOptions>, files: FixtureFiles = APP) =>
    expect(fixture.build('deb', options, { app: files })).rejects;

  test('when it is for all machines and holds a program for one, naming the right architecture', async () => {
    const elf = Buffer.concat([
      Buffer.from('7f454c460201010000000000000000000300b70001000000', 'hex'),
      Buffer.alloc(100),
    ]);
    await refused({ files: { 'app/tool': { to: '/usr/bin/tool' } } }, { tool: { run: elf } }).toMatchObject({
      code: 'SLIP_PACKAGE_ARCHITECTURE',
      message: '/usr/bin/tool is a program for arm64, but the package says arch: all.',
      remedy: 'Write arch: arm64, and make one package for each architecture.',
    });
    const built = await fixture.build(
      'deb',
      { arch: 'arm64', files: { 'app/tool': { to: '/usr/bin/tool' } } },
      { app: { tool: { run: elf } } },
    );
    expect(built.fileName).toBe('hello_1.0_arm64.deb');
  });

  test('when an option or a file is wrong, with the class, code and exit status it has on this side of the thread', async () => {
    await refused({ name: 'Hello' }).toMatchObject({
      name: 'PackageOptionError',
      code: 'SLIP_PACKAGE_OPTION',
      exitCode: 2,
    });
    await refused({ files: { 'app/x': { to: '/x' } } }).toMatchObject({ code: 'SLIP_PACKAGE_INPUT', exitCode: 1 });
    await refused({ scripts: { postinst: 'app/etc' } }).toMatchObject({ code: 'SLIP_PACKAGE_INPUT' });
    await refused({ scripts: { postinst: 'app/x' } }, { x: Buffer.from('#!/bin/sh\n\xff', 'latin1') }).toThrow(
      'not a text in UTF-8',
    );
    await expect(fixture.build('deb', {}, {}, '1.0_1')).rejects.toMatchObject({ code: 'SLIP_VERSION_FORMAT' });
  });

  test('when an input is no tree, or a blob is missing or damaged in the store', async () => {
    const signal = new AbortController().signal;
    const request = (app: Sha256) =>
      ({
        format: 'tar',
        options: packageOptions({ files: { app: { to: 'x' } } }),
        version: '1',
        inputs: { app },
        sourceDateEpochS: 0,
      }) as const;
    const blob = await fixture.store.put(Buffer.from('no tree'));
    await expect(fixture.builder.build(request(blob.sha256), signal)).rejects.toMatchObject({ code: 'SLIP_TREE' });

    const tree = await fixture.tree({ a: 'will be damaged', b: 'b' });
    const [entry] = await fixture.trees.readTree(tree);
    const sha256 = entry && 'sha256' in entry ? entry.sha256 : undefined;
    const path = join(fixture.store.root, 'sha256', sha256?.slice(0, 2) ?? '', sha256 ?? '');
    chmodSync(path, 0o644);
    writeFileSync(path, 'was be damaged!');
    await expect(fixture.builder.build(request(tree), signal)).rejects.toMatchObject({ code: 'SLIP_ARTIFACT_DAMAGED' });
    rmSync(path);
    await expect(fixture.builder.build(request(tree), signal)).rejects.toMatchObject({ code: 'SLIP_ARTIFACT_MISSING' });
    expect(readdirSync(fixture.scratchDir)).toEqual([]);
  });

  test('when its tree says another size than the store has', async () => {
    const artifacts = new MemoryArtifacts();
    const { sha256 } = await artifacts.put(Buffer.from('four'));
    const tree = await artifacts.storeTree([{ path: 'a', mode: 0o644, sha256, sizeBytes: 5 }]);
    const builder = new WorkerPackageBuilder({ store: artifacts, trees: artifacts, worker: pathToFileURL(WORKER) });
    for (const format of ['tar', 'zip'] as const) {
      const options = packageOptions({ files: { app: { to: 'x' } } });
      const request = { format, options, version: '1', inputs: { app: tree.sha256 }, sourceDateEpochS: 0 };
      await expect(builder.build(request, new AbortController().signal)).rejects.toThrow(
        'has 4 bytes, but its tree says 5',
      );
    }
  });
});

describe('the machine', () => {
  const path = process.env['PATH'];
  afterEach(() => {
    process.env['PATH'] = path;
  });

  test('without xz is told to install it, and no gzip is written in its place', async () => {
    process.env['PATH'] = fixture.newFolder('no-programs');
    await expect(fixture.build('deb', { compression: 'xz' })).rejects.toMatchObject({
      code: 'SLIP_PACKAGE_TOOL',
      remedy: 'Install xz (Debian: apt install xz-utils), or write compression: gzip.',
    });
  });

  test('with an xz that fails says what it said', async () => {
    const folder = fixture.newFolder('broken-xz');
    writeFileSync(join(folder, 'xz'), '#!/bin/sh\necho "xz: no memory" >&2\nexit 1\n', { mode: 0o755 });
    process.env['PATH'] = `${folder}${delimiter}${path}`;
    await expect(
      fixture.build(
        'deb',
        { compression: 'xz', files: { app: { to: '/x' } } },
        { app: { big: Buffer.alloc(5_000_000) } },
      ),
    ).rejects.toThrow('xz ended with 1: xz: no memory.');
  });

  test.skipIf(!CAN_MOUNT)('with a full disk is told so, and nothing is left there', async () => {
    const disk = new Tmpfs(1024 * 1024);
    try {
      const small = await PackageFixture.make({ scratchDir: join(disk.path, 'scratch') });
      const noise = randomBytes(2_000_000);
      await expect(small.build('tar', { files: { app: { to: 'x' } } }, { app: { noise } })).rejects.toMatchObject({
        code: 'SLIP_PACKAGE_SCRATCH',
        message: expect.stringContaining('the disk is full'),
      });
      expect(readdirSync(join(disk.path, 'scratch'))).toEqual([]);
      await expect(small.build('tar', { files: { app: { to: 'x' } } }, { app: { a: 'fits' } })).resolves.toBeDefined();
      const brought = await small.store.put(noise);
      await expect(small.builder.inspect(brought.sha256, 'x.bin')).rejects.toMatchObject({
        code: 'SLIP_PACKAGE_SCRATCH',
      });
      small.close();
    } finally {
      disk.close();
    }
  });

  test('is asked to stop: the build ends at once, with the reason, and leaves nothing', async () => {
    const controller = new AbortController();
    const app = await fixture.tree({ noise: randomBytes(4_000_000) });
    const options = packageOptions({ files: { app: { to: 'x' } } });
    const request = { format: 'tar', options, version: '1.0', inputs: { app }, sourceDateEpochS: 0 } as const;
    const store = {
      put: fixture.store.put.bind(fixture.store),
      open(sha256: Sha256) {
        controller.abort(new Error('cancelled by alice')); // the build is under way: it asks for its bytes
        return fixture.store.open(sha256);
      },
    };
    const { trees, scratchDir } = fixture;
    const builder = new WorkerPackageBuilder({ store, trees, worker: pathToFileURL(WORKER), scratchDir });
    await expect(builder.build(request, controller.signal)).rejects.toThrow('cancelled by alice');
    expect(readdirSync(scratchDir)).toEqual([]);
    await expect(fixture.builder.build(request, controller.signal)).rejects.toThrow('cancelled by alice');
  });

  test('is asked to stop while xz runs: xz is ended as well', async () => {
    const folder = fixture.newFolder('sleeping-xz');
    const pidFile = join(folder, 'pid');
    writeFileSync(
      join(folder, 'xz'),
      `#!/bin/sh\necho $$ > ${pidFile}.new\nmv ${pidFile}.new ${pidFile}\nexec sleep 60\n`,
      { mode: 0o755 },
    );
    process.env['PATH'] = `${folder}${delimiter}${path}`;
    const controller = new AbortController();
    const app = await fixture.tree({ noise: randomBytes(1_000_000) });
    const options = packageOptions({ compression: 'xz', files: { app: { to: '/x' } } });
    const request = { format: 'deb', options, version: '1.0', inputs: { app }, sourceDateEpochS: 0 } as const;
    const building = fixture.builder.build(request, controller.signal);
    building.catch(() => {});
    await expect.poll(() => existsSync(pidFile), { timeout: 10_000 }).toBe(true);
    controller.abort(new Error('cancelled by alice'));
    await expect(building).rejects.toThrow('cancelled by alice');
    expect(existsSync(join('/proc', readFileSync(pidFile, 'utf8').trim()))).toBe(false);
    expect(readdirSync(fixture.scratchDir)).toEqual([]);
  });

  test('whose worker cannot start says so, instead of waiting', async () => {
    const worker = pathToFileURL(join(tmpdir(), 'no-such-worker.js'));
    const builder = new WorkerPackageBuilder({
      store: fixture.store,
      trees: fixture.trees,
      worker,
      scratchDir: fixture.scratchDir,
    });
    const blob = await fixture.store.put(Buffer.from('x'));
    await expect(builder.inspect(blob.sha256, 'x.bin')).rejects.toMatchObject({ code: 'SLIP_PACKAGE_WORKER' });
  });
});
