import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'libsql';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ChildScript } from '../../../test/support/child-process.ts';
import { hasProgram } from '../../../test/support/has-program.ts';
import { OriginFixture } from '../../../test/support/origin-fixture.ts';
import { canMount, Tmpfs } from '../../../test/support/tmpfs.ts';

const script = new ChildScript('scripts/publish.ts');
afterAll(() => script.remove());
let world: OriginFixture;
afterEach(() => world.remove());

const release = async (version: string) =>
  world.release(`main-${version}`, [await world.deb('hello', version), await world.file('a.zip', version)], version);

/** Every sealed generation is whole, and the pointer shows one of them. @returns its number. */
async function expectSound(): Promise<number | undefined> {
  const origin = world.reopen();
  for (const { number } of await origin.generations('stable'))
    for await (const finding of origin.audit('stable', number)) expect({ number, finding }).toBeUndefined();
  return (await origin.current('stable'))?.number;
}

/** Every name that users see is remembered: its bytes never change. */
async function expectRemembered(number: number): Promise<void> {
  const { repositories } = await world.reopen().generation('stable', number);
  const shown = Object.values(repositories).flatMap(({ packages }) => packages.map(({ sha256 }) => sha256));
  const memory = new Database(join(world.root, '.slipway/origin.sqlite'), { readonly: true });
  const known = new Set(memory.prepare('SELECT sha256 FROM seen').pluck().all());
  memory.close();
  expect(shown.filter((sha256) => !known.has(sha256))).toEqual([]);
}

describe('more than one process', () => {
  beforeEach(async () => {
    world = await OriginFixture.create();
  });

  test('during 200 promotions a reader sees the old state or the new one, never neither', {
    timeout: 120_000,
  }, async () => {
    await release('1.0');
    const reader = script.start(world.folder, 'read');
    expect(await reader.next()).toBe('reading');
    for (let i = 1; i <= 200; i += 1) await release(`1.${i}`);
    reader.tell('stop');
    const seen = await reader.next<{ reads: number; states: number; missing: string[] }>();
    expect(seen.missing).toEqual([]);
    expect(seen.states).toBeGreaterThan(20);
    await reader.ended();
  });

  test('a process that was frozen before its move, and wakes up late, moves nothing', async () => {
    const first = await release('1.0');
    const [second, third] = [
      await world.stage('main-1.1', [await world.deb('hello', '1.1')]),
      await world.stage('main-1.2', [await world.deb('hello', '1.2')]),
    ];
    const late = script.start(world.folder, 'flip', '1', '3', '5');
    expect(await late.next()).toBe('about to move');
    late.signal('SIGSTOP');
    await world.origin.flip('stable', { before: first, after: second, epoch: 6 });
    late.tell('go');
    late.signal('SIGCONT');
    expect(await late.next()).toBe('SLIP_ORIGIN_FENCED');
    expect(await world.origin.current('stable')).toMatchObject({ number: 2 });
    expect(third.number).toBe(3);
    await late.ended();
  });

  test('a pool file that a sweep takes while a generation is written that lists it is there when it is sealed', async () => {
    await release('1.0');
    const plan = await world.plan('main-1.1', [await world.deb('hello', '1.1')]);
    const { gpg } = world.settings.signers;
    const sweeping = new Proxy(gpg!.signer, {
      get: (signer, key) => {
        if (key !== 'clearSign') return Reflect.get(signer, key).bind(signer);
        return async (...args: Parameters<typeof signer.clearSign>) => {
          rmSync(join(world.root, 'pool/stable/apt/h/hello_1.1_all.deb')); // linked, and not yet in any generation
          return await signer.clearSign(...args);
        };
      },
    });
    const settings = { ...world.settings, signers: { gpg: { ...gpg!, signer: sweeping } } };
    await world.origin.write(plan, settings);
    await expectSound();
  });

  test('a process that is frozen inside the lock delays others, and its end lets them go on', async () => {
    const first = await release('1.0');
    const second = await world.stage('main-1.1', [await world.deb('hello', '1.1')]);
    const frozen = script.start(world.folder, 'hold');
    expect(await frozen.next()).toBe('holding');
    frozen.signal('SIGSTOP');
    const flip = { before: first, after: second, epoch: 9 };
    await expect(world.reopen({ lockWaitMs: 100 }).flip('stable', flip)).rejects.toEqual(
      expect.objectContaining({ code: 'SLIP_ORIGIN_HELD', exitCode: 6 }),
    );
    expect(await world.origin.current('stable')).toMatchObject({ number: 1 });
    const waiting = world.origin.flip('stable', flip);
    await frozen.end('SIGKILL');
    await waiting;
    expect(await world.origin.current('stable')).toMatchObject({ number: 2 });
  });
});

const CALLS = 'link,linkat,symlink,symlinkat,rename,renameat,renameat2,mkdir,fsync,fdatasync,unlink,pwrite64';
/** All of them in CI; here a spread, so that an ordinary test run stays short. */
const KILLS = process.env['SLIPWAY_FULL_TESTS'] === '1' ? 40 : 12;

describe.skipIf(!hasProgram('strace', 'that a crash between any two writes leaves no half generation'))(
  'a conductor that is killed while it publishes',
  () => {
    const publish = (version: string, ...strace: string[]) =>
      spawnSync('strace', ['-f', '-qq', ...strace, process.execPath, script.path, world.folder, 'publish', version]);

    test('leaves no half generation, whichever write was its last, and the next one goes on', {
      timeout: 600_000,
    }, async () => {
      world = await OriginFixture.create();
      await release('1.0');
      const log = join(world.folder, 'calls');
      expect(publish('1.1', '-o', log, '-e', `trace=${CALLS}`).status).toBe(0);
      const calls = readFileSync(log, 'utf8').trim().split('\n').length;
      expect(calls).toBeGreaterThan(60);

      const step = Math.max(1, Math.floor(calls / KILLS));
      let live = await expectSound();
      for (let call = 1 + (process.pid % step), minor = 2; call <= calls; call += step, minor += 1) {
        const killed = publish(
          `1.${minor}`,
          '-o',
          '/dev/null',
          '-e',
          `trace=${CALLS}`,
          '-e',
          `inject=${CALLS}:signal=SIGKILL:when=${call}`,
        );
        expect({ call, signal: killed.signal ?? killed.status }).toEqual({ call, signal: expect.anything() });
        const seen = await expectSound();
        expect(seen).toBeGreaterThanOrEqual(live ?? 0);
        expect(publish(`1.${minor}`, '-o', '/dev/null').status).toBe(0);
        live = await expectSound();
        expect(readFileSync(join(world.root, 'download/latest/a.zip'), 'utf8')).toBe(`a.zip 1.${minor}\n`);
      }
      const left = readdirSync(join(world.root, 'gen/stable')).filter((name) => name.startsWith('.'));
      const future = (Date.now() + 2 * 24 * 3_600_000) as typeof world.now;
      await world.origin.sweep('stable', { keepMs: 7 * 24 * 3_600_000, now: future, needed: new Set() });
      expect(readdirSync(join(world.root, 'gen/stable')).filter((name) => name.startsWith('.'))).toEqual([]);
      expect(left.length).toBeGreaterThan(0);
      await expectSound();
    });

    test('right after the pointer has moved, has remembered every name that users see now', async () => {
      world = await OriginFixture.create();
      await release('1.0');
      // The channel's folder is brought to disk once after the pointer in it has moved: the last time of all.
      const oneThread = ['-E', 'UV_THREADPOOL_SIZE=1', '-P', join(world.root, 'gen/stable'), '-e', 'trace=fsync'];
      const log = join(world.folder, 'calls');
      expect(publish('1.1', ...oneThread, '-o', log).status).toBe(0);
      const last = readFileSync(log, 'utf8').trim().split('\n').length;
      const kill = `inject=fsync:signal=SIGKILL:when=${last}`;
      expect(publish('1.2', ...oneThread, '-o', '/dev/null', '-e', kill).signal).toBe('SIGKILL');
      expect(await expectSound()).toBe(3);
      await expectRemembered(3);
    });
  },
);

describe.skipIf(!canMount('that a full or read-only disk harms nothing that is live'))(
  'an origin on a small disk',
  () => {
    let disk: Tmpfs;
    beforeEach(async () => {
      disk = new Tmpfs(2 * 1024 * 1024);
      world = await OriginFixture.create({ root: join(disk.path, 'public') });
    });
    afterEach(() => disk.close());

    test('what is live and sealed is unharmed when it is full, and it goes on when there is space', {
      timeout: 120_000,
    }, async () => {
      await release('1.0');
      let refused = 0;
      for (let leave = 0, minor = 1; leave < 200_000; leave += 12_288, minor += 1) {
        disk.fill(leave);
        const before = await expectSound();
        await release(`1.${minor}`).catch((error: { code: string; remedy: string }) => {
          expect(error.code).toMatch(/^SLIP_(ORIGIN_FULL|ARTIFACT_DISK_FULL)$/);
          expect(error.remedy).toMatch(/space/);
          refused += 1;
        });
        const after = await expectSound();
        expect([before, (before ?? 0) + 1]).toContain(after);
        disk.free();
        await release(`1.${minor}`);
        await expectSound();
      }
      expect(refused).toBeGreaterThan(3);
    });

    test('one that became read-only says so, and goes on when it can be written', async () => {
      const first = script.start(world.folder, 'publish', '1.0'); // not here: a file open for writing forbids the remount
      await first.ended();
      world = await OriginFixture.open(world.folder);
      expect(await expectSound()).toBe(1);
      disk.readOnly(true);
      await expect(release('1.1')).rejects.toEqual(
        expect.objectContaining({ code: 'SLIP_ORIGIN_READ_ONLY', remedy: expect.stringContaining('mounted') }),
      );
      expect(await expectSound()).toBe(1);
      disk.readOnly(false);
      await release('1.1');
      await expectSound();
    });

    test('bytes are copied once from a store on another disk, and checked', async () => {
      await release('1.0');
      const inodes = execFileSync('find', [join(world.root, 'pool'), '-name', '*.deb', '-links', '1']).toString();
      expect(inodes.trim().split('\n')).toHaveLength(1);
      await expectSound();
    });
  },
);
