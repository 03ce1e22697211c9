import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { describeOrigin } from '../../../test/contracts/origin.ts';
import { hasProgram } from '../../../test/support/has-program.ts';
import { DAY_MS, OriginFixture } from '../../../test/support/origin-fixture.ts';
import { toInstant } from '../../kernel/instant.ts';

describe('an origin on disk', () => {
  describeOrigin(() => OriginFixture.create());
});

describe('a tree that is served as it is', () => {
  let world: OriginFixture;
  beforeEach(async () => {
    world = await OriginFixture.create();
  });
  afterEach(() => world.remove());
  const at = (...parts: string[]) => join(world.root, ...parts);
  const read = (path: string) => readFileSync(at(path), 'utf8');
  const release = async (version: string) =>
    world.release(`main-${version}`, [await world.deb('hello', version), await world.file('a.zip', version)], version);

  test('channel paths lead to what is live, pool names to the bytes in the store', async () => {
    await release('1.0');
    expect(readlinkSync(at('debian'))).toBe('gen/stable/current/apt');
    expect(readlinkSync(at('gen/stable/current'))).toBe('1');
    const stored = await world.store.stat((await world.deb('hello', '1.0')).sha256);
    const blob = join(world.folder, 'store/sha256', stored!.sha256.slice(0, 2), stored!.sha256);
    expect(statSync(at('debian/pool/h/hello_1.0_all.deb')).ino).toBe(statSync(blob).ino);
    expect(statSync(at('download/1.0/a.zip')).nlink).toBe(2);
    expect(read('download/latest/a.zip')).toBe('a.zip 1.0\n');
  });

  test('everything can be read by whoever serves it, whatever the umask of the conductor', async () => {
    const umask = process.umask(0o077);
    try {
      await release('1.0');
    } finally {
      process.umask(umask);
    }
    const closed = execFileSync('find', [at('gen/stable/1'), at('pool'), '!', '-type', 'l', '!', '-perm', '-0444']);
    expect(closed.toString()).toBe('');
    expect(lstatSync(at('gen/stable/1/apt/dists')).mode & 0o777).toBe(0o755);
  });

  test('every hash that Release lists for a served file exists by hash, and old ones are carried', async () => {
    const packed: string[] = [];
    for (const version of ['1.0', '1.1', '1.2']) {
      await release(version);
      packed.push(
        ...[...read('debian/dists/stable/Release').matchAll(/ ([0-9a-f]{64}) \d+ (.*)\/Packages.gz$/gm)].map(
          ([, hash, folder]) => `debian/dists/stable/${folder}/by-hash/SHA256/${hash}`,
        ),
      );
    }
    expect(new Set(packed).size).toBe(6);
    for (const path of packed)
      expect(path).toContain(
        createHash('sha256')
          .update(readFileSync(at(path)))
          .digest('hex'),
      );
  });

  test('the date of a generation is the time of its pointer files, and grows when the clock jumps back', async () => {
    const first = await release('1.0');
    world.now = toInstant(world.now - DAY_MS);
    const second = await release('1.1');
    expect(second.date - first.date).toBe(1000);
    const times = [1, 2].map((number) => statSync(at(`gen/stable/${number}/apt/dists/stable/InRelease`)).mtimeMs);
    expect(times).toEqual([first.date, second.date]);
    expect(read('debian/dists/stable/InRelease')).toContain('Date: Mon, 05 Jan 2026 12:00:01 UTC');
  });

  test('keys are there armoured and not, under the project and under their fingerprint', async () => {
    await release('1.0');
    const { fingerprint, publicKey } = world.settings.signers['gpg']!.key;
    expect(read('debian/hello.key').trim()).toBe(publicKey.trim());
    expect(read(`download/${fingerprint}.asc`)).toBe(read('debian/hello.key'));
    expect(readFileSync(at('debian/hello.gpg'))[0]! & 0x80).toBe(0x80);
  });

  test('only client files and pages name the base', async () => {
    await world.remove();
    world = await OriginFixture.create({ public: 'https://pkg.example.org' });
    const { record } = await release('1.0');
    const named = execFileSync('grep', ['-rl', 'pkg.example.org', at('gen/stable/1')])
      .toString()
      .trim()
      .split('\n')
      .sort();
    const known = Object.entries(record.repositories).flatMap(([name, { namesBase }]) =>
      namesBase.map((file) => at('gen/stable/1', name, file)),
    );
    expect(named).toEqual([...known, at('gen/stable/1/generation.json')].sort());
  });

  test('one more package shares all but a few files with the parent generation', async () => {
    const many = await Promise.all(Array.from({ length: 400 }, (_, i) => world.deb(`many-${i}`, '1.0')));
    await world.release('main-1.0', many);
    await world.release('main-1.1', [await world.deb('many-200a', '1.0')]);
    const own = execFileSync('find', [
      at('gen/stable/2'),
      '-type',
      'f',
      '-newer',
      at('gen/stable/1/generation.json'),
      '-links',
      '1',
    ]);
    const names = own
      .toString()
      .trim()
      .split('\n')
      .map((path) => path.replace(/^.*gen\/stable\/2\//, '').replace(/[0-9a-f]{64}/, 'DIGEST'));
    expect(names.sort()).toEqual([
      'apt/dists/stable/InRelease',
      'apt/dists/stable/Release',
      'apt/dists/stable/Release.gpg',
      'apt/index.html',
      'files/index.html',
      'generation.json',
      'packages/DIGEST.json.gz',
    ]);
  });

  test('a detached signature stands beside its package', async () => {
    const { signer } = world.settings.signers['gpg']!;
    const signed = async (listed: Awaited<ReturnType<typeof world.file>>) => {
      const signature = await signer.detachSign(await world.store.read(listed.sha256), world.now);
      return { ...listed, signature: (await world.store.put(Buffer.from(signature))).sha256 };
    };
    await world.release(
      'main-1.0',
      [await signed(await world.deb('hello', '1.0')), await signed(await world.file('a.zip', '1.0'))],
      '1.0',
    );
    expect(read('debian/pool/h/hello_1.0_all.deb.asc')).toMatch(/^-----BEGIN PGP SIGNATURE-----/);
    expect(read('download/1.0/a.zip.asc')).toMatch(/^-----BEGIN PGP SIGNATURE-----/);
  });

  test('a redirect repository has no link latest; the record tells whoever serves', async () => {
    await world.remove();
    world = await OriginFixture.create({ files: { latest: 'redirect' } });
    const { record } = await release('1.0');
    expect(readdirSync(at('download')).includes('latest')).toBe(false);
    expect(record.repositories['files']?.latest).toBe('1.0');
  });

  test('a path of the config that is taken is refused, and what lies there stays', async () => {
    mkdirSync(at('debian'), { recursive: true });
    writeFileSync(at('debian/mine'), 'mine');
    await expect(release('1.0')).rejects.toEqual(
      expect.objectContaining({ code: 'SLIP_CHANNEL_PATH_TAKEN', exitCode: 6 }),
    );
    expect(read('debian/mine')).toBe('mine');
    expect(readdirSync(at('gen/stable'))).toEqual([]);
  });

  test('a path below another channel would lie inside a generation, and is refused', async () => {
    await release('1.0');
    const channels = { stable: { apt: 'debian', files: 'debian/files' } };
    const settings = { ...world.settings, config: { ...world.settings.config, channels } };
    const plan = await world.plan('main-1.1', [await world.deb('hello', '1.1')]);
    await expect(world.origin.write(plan, settings)).rejects.toEqual(
      expect.objectContaining({ code: 'SLIP_CHANNEL_PATH_TAKEN' }),
    );
  });

  test('an origin whose memory was lost takes every name of every generation as seen', async () => {
    await release('1.0');
    rmSync(at('.slipway'), { recursive: true });
    const content = { apt: { packages: [await world.deb('hello', '1.0', 'all', 'rebuilt')] }, files: { packages: [] } };
    const plan = world.planContent('main-1.0', content, await world.origin.generation('stable', 1));
    await expect(world.reopen().write(plan, world.settings)).rejects.toEqual(
      expect.objectContaining({ code: 'SLIP_BYTES_CHANGED' }),
    );
    await release('1.1');
    expect(await world.origin.current('stable')).toMatchObject({ number: 3 });
  });

  test('what a refused move would have remembered is forgotten, and the lock is free again', async () => {
    const first = await world.stage('main-1.0', [await world.deb('hello', '1.0')]);
    const nowhere = { number: 7, digest: first.digest };
    for (let i = 0; i < 3; i += 1)
      await expect(world.origin.flip('stable', { before: null, after: nowhere, epoch: 9 })).rejects.toEqual(
        expect.objectContaining({ code: 'SLIP_GENERATION_NOT_SEALED' }),
      );
    await world.reopen({ lockWaitMs: 0 }).flip('stable', { before: null, after: first, epoch: 1 });
    const open = execFileSync('find', [`/proc/${process.pid}/fd`, '-lname', `${world.root}/*sqlite`]).toString();
    expect(open.trim().split('\n')).toHaveLength(2);
  });

  test('an origin that was removed and made again has a lock of its own', async () => {
    await release('1.0');
    rmSync(world.root, { recursive: true });
    const content = { apt: { packages: [await world.deb('hello', '1.1')] }, files: { packages: [] } };
    const sealed = await world.reopen().write(world.planContent('main-1.1', content, undefined), world.settings);
    await world.origin.flip('stable', { before: null, after: sealed, epoch: 1 });
    await expect(world.reopen().flip('stable', { before: null, after: sealed, epoch: 0 })).rejects.toEqual(
      expect.objectContaining({ code: 'SLIP_ORIGIN_FENCED' }),
    );
  });

  test('a damaged generation.json, list or pointer is told apart from a missing one, with its path', async () => {
    const { record } = await release('1.0');
    const list = at('gen/stable/1/packages', `${record.repositories['apt']?.packages[0]}.json.gz`);
    rmSync(list);
    writeFileSync(list, 'x');
    await expect(world.reopen().generation('stable', 1)).rejects.toEqual(
      expect.objectContaining({ code: 'SLIP_GENERATION_DAMAGED', message: expect.stringContaining(list) }),
    );
    rmSync(at('gen/stable/1/generation.json'));
    writeFileSync(at('gen/stable/1/generation.json'), '{');
    await expect(world.reopen().generation('stable', 1)).rejects.toEqual(
      expect.objectContaining({ code: 'SLIP_GENERATION_DAMAGED' }),
    );
    rmSync(at('gen/stable/current'));
    writeFileSync(at('gen/stable/current'), '1');
    await expect(world.reopen().current('stable')).rejects.toEqual(
      expect.objectContaining({ code: 'SLIP_GENERATION_DAMAGED' }),
    );
  });
});

describe.skipIf(!hasProgram('apt-ftparchive', 'that our index says what apt-ftparchive says'))(
  'beside apt-ftparchive',
  () => {
    type Stanza = ReadonlyMap<string, string>;
    const LEFT_OUT = new Set(['MD5sum', 'SHA1', 'SHA512']);
    function stanzas(text: string): ReadonlyMap<string, Stanza> {
      const all = text
        .split('\n\n')
        .filter((part) => part.trim() !== '')
        .map((part): [string, Stanza] => {
          const fields = new Map(
            part
              .trim()
              .split(/\n(?=\S)/)
              .map((field): [string, string] => {
                const at = field.indexOf(':');
                return [field.slice(0, at), field.slice(at + 1).trim()];
              }),
          );
          for (const field of LEFT_OUT) fields.delete(field);
          return [['Package', 'Version', 'Architecture'].map((field) => fields.get(field)).join(' '), fields];
        });
      return new Map(all);
    }

    test('Packages has the same fields, word for word, and Release the same files', async () => {
      const world = await OriginFixture.create();
      try {
        const odd = [
          await world.deb('hello', '1:2.0~rc1-1', 'amd64'),
          await world.deb('hello', '2.0', 'amd64'),
          await world.deb('lib-müll'.replace('ü', 'u'), '1.0', 'all'),
          ...(await world.oddDebs()),
        ];
        await world.release('main-1.0', odd);
        const root = join(world.root, 'debian');
        const ours = stanzas(
          gunzipSync(readFileSync(join(root, 'dists/stable/main/binary-amd64/Packages.gz'))).toString(),
        );
        const theirs = stanzas(execFileSync('apt-ftparchive', ['packages', 'pool'], { cwd: root }).toString());
        expect(ours.size).toBe(odd.length);
        expect(ours).toEqual(theirs);

        const listed = (text: string) =>
          new Set(
            [
              ...text
                .split('SHA256:\n')[1]!
                .split('SHA512')[0]!
                .matchAll(/^ ([0-9a-f]{64}) +(\d+) (\S+)$/gm),
            ].map(([, ...row]) => row.join(' ')),
          );
        const release = execFileSync('apt-ftparchive', ['release', '.'], {
          cwd: join(root, 'dists/stable'),
        }).toString();
        const served = [...listed(readFileSync(join(root, 'dists/stable/Release'), 'utf8'))].filter((row) =>
          row.endsWith('.gz'),
        );
        expect([...listed(release)]).toEqual(expect.arrayContaining(served));
      } finally {
        await world.remove();
      }
    });
  },
);
