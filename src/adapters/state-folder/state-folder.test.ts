import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { canMount, Tmpfs } from '../../../test/support/tmpfs.ts';
import { locateStateFolder, prepareStateFolder } from './state-folder.ts';

/** Root may do everything: the kernel shall see us as somebody who may not. */
async function asNobody(body: () => Promise<void>): Promise<void> {
  if (process.getuid?.() !== 0) return await body();
  process.seteuid?.(65_534);
  await body().finally(() => process.seteuid?.(0));
}

const mounts = canMount('a state folder on a full or read-only disk');
let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'slipway-state-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

test('the state lies where --state or SLIPWAY_STATE says, else beside the config, else here', () => {
  const cwd = '/home/alice/app/src';
  const beside = { cwd, configDir: '/home/alice/app' };
  expect(locateStateFolder({ ...beside, named: '/var/lib/slipway' })).toBe('/var/lib/slipway');
  expect(locateStateFolder({ ...beside, named: '../state' })).toBe('/home/alice/app/state');
  expect(locateStateFolder({ ...beside, named: undefined })).toBe('/home/alice/app/.slipway');
  expect(locateStateFolder({ cwd, configDir: undefined, named: undefined })).toBe('/home/alice/app/src/.slipway');
});

test('the folder is made for its owner only, kept out of git, and left as it is from then on', async () => {
  const path = join(dir, '.slipway');
  await Promise.all([prepareStateFolder(path), prepareStateFolder(path), prepareStateFolder(path)]);
  expect(statSync(path).mode & 0o777).toBe(0o700);
  expect(readFileSync(join(path, '.gitignore'), 'utf8')).toBe('*\n');
  rmSync(join(path, '.gitignore'));
  await prepareStateFolder(path);
  expect(readdirSync(path)).toEqual([]);
});

test('a folder that exists may be a link to another disk', async () => {
  mkdirSync(join(dir, 'big'));
  symlinkSync('big', join(dir, '.slipway'));
  await prepareStateFolder(join(dir, '.slipway'));
  expect(readdirSync(join(dir, 'big'))).toEqual([]);
});

test('a path whose parent is missing is refused and not created: its disk may not be mounted', async () => {
  const refused = { code: 'SLIP_STATE_FOLDER_MISSING', exitCode: 2 };
  await expect(prepareStateFolder(join(dir, 'mnt/state'))).rejects.toMatchObject({
    ...refused,
    message: expect.stringContaining(`${join(dir, 'mnt')} does not exist`),
  });
  expect(readdirSync(dir)).toEqual([]);
  writeFileSync(join(dir, 'file'), 'kept');
  await expect(prepareStateFolder(join(dir, 'file'))).rejects.toMatchObject(refused);
  await expect(prepareStateFolder(join(dir, 'file/state'))).rejects.toMatchObject(refused);
  symlinkSync('loop', join(dir, 'loop'));
  await expect(prepareStateFolder(join(dir, 'loop'))).rejects.toMatchObject(refused);
  await expect(prepareStateFolder(join(dir, 'x'.repeat(300)))).rejects.toMatchObject(refused);
  expect(readFileSync(join(dir, 'file'), 'utf8')).toBe('kept');
});

test('a folder of another user is refused with the reason', async () => {
  chmodSync(dir, 0o755);
  mkdirSync(join(dir, 'locked'), { mode: 0o500 });
  await asNobody(() =>
    expect(prepareStateFolder(join(dir, 'locked/state'))).rejects.toMatchObject({
      code: 'SLIP_STATE_FOLDER',
      exitCode: 1,
      message: expect.stringContaining('no permission'),
    }),
  );
});

test.skipIf(!mounts)('a full or read-only disk is refused with the reason', async () => {
  const disk = new Tmpfs(64 * 1024, 2);
  try {
    mkdirSync(join(disk.path, 'there'));
    await expect(prepareStateFolder(join(disk.path, 'state'))).rejects.toMatchObject({
      code: 'SLIP_STATE_FOLDER',
      exitCode: 1,
      message: expect.stringContaining('no space is left'),
    });
    disk.readOnly(true);
    for (const name of ['state', 'there'])
      await expect(prepareStateFolder(join(disk.path, name))).rejects.toMatchObject({
        code: 'SLIP_STATE_FOLDER',
        message: expect.stringContaining('read-only'),
      });
  } finally {
    disk.close();
  }
});
