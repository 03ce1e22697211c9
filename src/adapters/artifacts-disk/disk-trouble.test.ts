import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import {
  chmod,
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Script } from '../../../test/support/start-script.ts';
import { canMount, Tmpfs } from '../../../test/support/tmpfs.ts';
import type { Sha256 } from '../../kernel/ids.ts';
import type { DamagedBlob } from '../../ports/artifact-store.ts';
import { DiskArtifactStore } from './disk-artifact-store.ts';
import { DiskTreeStore } from './disk-tree-store.ts';

let scratch: string;
let store: DiskArtifactStore;
let repaired: DamagedBlob[];

beforeEach(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'slipway-trouble-'));
  repaired = [];
  store = await DiskArtifactStore.open(join(scratch, 'store'), { onRepair: (found) => repaired.push(found) });
});
afterEach(() => rm(scratch, { recursive: true, force: true }));

async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const found: Item[] = [];
  for await (const item of items) found.push(item);
  return found;
}

/** Every name below the store's blobs that is no blob. */
const leftovers = async (root: string) =>
  (await readdir(join(root, 'sha256'), { recursive: true })).filter((name) => name.includes('.slipway-'));

async function flipByte(path: string, at: number): Promise<void> {
  const bytes = await readFile(path);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  await chmod(path, 0o644);
  await writeFile(path, bytes);
}

describe('bytes that changed on the disk', () => {
  let sha256: Sha256;
  let path: string;
  const big = randomBytes(3 * 1024 * 1024 + 17);

  beforeEach(async () => {
    ({ sha256 } = await store.put(big));
    path = store.pathOf(sha256);
  });

  test.each([0, 1024 * 1024, big.length - 1])('one flipped byte at %i is found by whoever reads them', async (at) => {
    await flipByte(path, at);
    const damaged = {
      code: 'SLIP_ARTIFACT_DAMAGED',
      message: expect.stringMatching(new RegExp(`^Artifact ${sha256} is damaged: ${path} has sha256 [0-9a-f]{64}\\.$`)),
      remedy: expect.stringContaining('restore that file'),
    };
    await expect(store.read(sha256)).rejects.toMatchObject(damaged);
    await expect(all(store.open(sha256))).rejects.toMatchObject(damaged);
    await expect(store.materialize(sha256, join(scratch, 'copy'), 'copy')).rejects.toMatchObject(damaged);
    expect(await readdir(scratch)).toEqual(['store']); // the copy left nothing, under no name
    expect(await all(store.verify())).toMatchObject([{ sha256, path }]);
  });

  test('a file that was cut short is found too', async () => {
    await chmod(path, 0o644);
    await truncate(path, 1000);
    await expect(store.read(sha256)).rejects.toMatchObject({ code: 'SLIP_ARTIFACT_DAMAGED' });
  });

  test('a folder in the place of a file is damage, not a crash', async () => {
    await rm(path);
    await mkdir(path);
    await expect(store.read(sha256)).rejects.toMatchObject({
      code: 'SLIP_ARTIFACT_DAMAGED',
      message: expect.stringContaining('cannot be read'),
    });
    expect(await all(store.verify())).toEqual([{ sha256, path, actual: 'unreadable' }]);
  });

  test('the right bytes, put again, replace the damaged ones, and somebody is told', async () => {
    await flipByte(path, 5);
    await store.put(big);
    expect((await store.read(sha256)).equals(big)).toBe(true); // toEqual takes ten seconds for 3 MB
    expect(repaired).toMatchObject([{ sha256, path }]);
    expect((await stat(path)).mode & 0o777).toBe(0o444);
  });
});

describe('other file systems and hard links', () => {
  const shm = '/dev/shm';

  test('a placed artifact shares the inode of the store: nothing is moved', async () => {
    const { sha256 } = await store.put(Buffer.from('package'));
    expect(await store.materialize(sha256, join(scratch, 'hello.deb'), 'link')).toBe('linked');
    expect((await stat(join(scratch, 'hello.deb'))).ino).toBe((await stat(store.pathOf(sha256))).ino);
  });

  test('on another file system it is copied once, and the copy is checked', async (context) => {
    const [here, there] = [await stat(scratch), await stat(shm).catch(() => undefined)];
    if (there === undefined || there.dev === here.dev) {
      console.warn('skipped: /dev/shm is no file system of its own, so copying across file systems was not checked');
      return context.skip();
    }
    const pool = await mkdtemp(join(shm, 'slipway-pool-'));
    try {
      const { sha256 } = await store.put(Buffer.from('package'));
      expect(await store.materialize(sha256, join(pool, 'a.deb'), 'link')).toBe('copied');
      expect(await store.materialize(sha256, join(pool, 'a.deb'), 'link')).toBe('copied'); // there already
      expect((await stat(join(pool, 'a.deb'))).mode & 0o777).toBe(0o444);
      await flipByte(store.pathOf(sha256), 0);
      await expect(store.materialize(sha256, join(pool, 'b.deb'), 'link')).rejects.toMatchObject({
        code: 'SLIP_ARTIFACT_DAMAGED',
      });
      expect(await readdir(pool)).toEqual(['a.deb']);
    } finally {
      await rm(pool, { recursive: true, force: true });
    }
  });
});

describe('several processes', () => {
  let script: Script;
  beforeAll(async () => {
    script = await Script.of(new URL('../../../test/support/scripts/put-artifacts.ts', import.meta.url));
  });
  afterAll(() => script.close());

  test('two processes that put the same bytes at the same time both end well, with one copy of each', async () => {
    const racers = await Promise.all([script.start(store.root, 'race'), script.start(store.root, 'race')]);
    const ends = racers.map((racer) => once(racer, 'exit'));
    for (const racer of racers) racer.send('go');
    expect((await Promise.all(ends)).map(([code]) => code)).toEqual([0, 0]);
    expect(await all(store.list())).toHaveLength(200);
    expect(await all(store.verify())).toEqual([]);
    expect(await leftovers(store.root)).toEqual([]);
  });

  test('what a killed writer leaves is removed by the next one to come, what a living one writes is not', async () => {
    const [living, killed] = [await script.start(store.root, 'hang'), await script.start(store.root, 'hang')];
    expect(await leftovers(store.root)).toHaveLength(2);
    killed.kill('SIGKILL');
    await once(killed, 'exit');
    await DiskArtifactStore.open(store.root);
    expect(await leftovers(store.root)).toEqual([expect.stringContaining(`-${living.pid}-`)]);
    living.kill('SIGKILL');
    await once(living, 'exit');
    await store.sweep(new Set(), Date.now());
    expect(await leftovers(store.root)).toEqual([]);
  });

  test('a writer of another host is given a day', async () => {
    const foreign = join(store.root, 'sha256', '.slipway-0123456789ab-1-77-0123456789ab');
    await writeFile(foreign, 'half');
    await DiskArtifactStore.open(store.root);
    expect(await leftovers(store.root)).toHaveLength(1);
    const yesterday = Date.now() / 1000 - 25 * 3600;
    await utimes(foreign, yesterday, yesterday);
    await DiskArtifactStore.open(store.root);
    expect(await leftovers(store.root)).toEqual([]);
  });
});

test('a store whose folder vanished says so, and is not mistaken for an empty one', async () => {
  const { sha256 } = await store.put(Buffer.from('precious'));
  await rename(store.root, join(scratch, 'elsewhere'));
  const gone = { code: 'SLIP_ARTIFACT_STORE_GONE', message: expect.stringContaining(store.root) };
  await writeFile(join(scratch, 'file'), 'x');
  await expect(store.put(Buffer.from('new'))).rejects.toMatchObject(gone);
  await expect(store.putFile(join(scratch, 'file'))).rejects.toMatchObject(gone);
  await expect(store.stat(sha256)).rejects.toMatchObject(gone);
  await expect(store.read(sha256)).rejects.toMatchObject(gone);
  await expect(store.materialize(sha256, join(scratch, 'x'), 'link')).rejects.toMatchObject(gone);
  await expect(all(store.list())).rejects.toMatchObject(gone);
  await expect(all(store.verify())).rejects.toMatchObject(gone);
  await expect(store.sweep(new Set(), Date.now())).rejects.toMatchObject(gone);
  expect((await readdir(scratch)).sort()).toEqual(['elsewhere', 'file']); // nothing was made in its place
});

const mountable = canMount('a full or read-only disk under the artifact store');

describe.skipIf(!mountable)('a disk that is full', () => {
  const PAGE = 4096;
  const ten = randomBytes(10 * PAGE);
  const full = { code: 'SLIP_ARTIFACT_DISK_FULL', message: expect.stringContaining('The disk is full') };
  let disk: Tmpfs;
  let small: DiskArtifactStore;

  beforeEach(async () => {
    disk = new Tmpfs(256 * PAGE);
    small = await DiskArtifactStore.open(join(disk.path, 'store'));
  });
  afterEach(() => disk.close());

  const WRITES: [string, () => Promise<unknown>][] = [
    ['bytes', () => small.put(ten)],
    [
      'a stream',
      () =>
        small.put(
          (async function* () {
            for (let i = 0; i < 10; i++) yield ten.subarray(i * PAGE, (i + 1) * PAGE);
          })(),
        ),
    ],
    [
      'a file',
      async () => {
        await writeFile(join(scratch, 'ten'), ten);
        return small.putFile(join(scratch, 'ten'));
      },
    ],
    [
      'a folder',
      async () => {
        await mkdir(join(scratch, 'dir'), { recursive: true });
        for (let i = 0; i < 10; i++)
          await writeFile(join(scratch, 'dir', `${i}`), ten.subarray(i * PAGE, (i + 1) * PAGE));
        return new DiskTreeStore(small).putTree(join(scratch, 'dir'));
      },
    ],
  ];

  test.each(WRITES)(
    'storing %s: however little is free, all of it is kept or nothing half-written',
    async (_, write) => {
      const outcomes = new Set<string>();
      for (let pages = 0; pages < 16; pages++) {
        disk.fill(pages * PAGE);
        const outcome = await write().then(
          () => 'stored',
          (error: unknown) => error,
        );
        if (outcome !== 'stored') expect(outcome).toMatchObject(full);
        outcomes.add(outcome === 'stored' ? 'stored' : 'full');
        expect(await leftovers(small.root)).toEqual([]);
        expect(await all(small.verify())).toEqual([]);
        disk.free();
        await rm(small.root, { recursive: true });
        small = await DiskArtifactStore.open(small.root);
      }
      expect([...outcomes].sort()).toEqual(['full', 'stored']);
    },
  );

  test('once there is room again the same command succeeds', async () => {
    disk.fill();
    await expect(small.put(ten)).rejects.toMatchObject(full);
    disk.free();
    const { sha256 } = await small.put(ten);
    expect(await small.read(sha256)).toEqual(ten);
  });

  test('a full origin or work folder gets no half file under the final name', async () => {
    const { sha256 } = await store.put(ten);
    const pool = join(disk.path, 'pool');
    await mkdir(pool);
    disk.fill(5 * PAGE);
    for (const how of ['link', 'copy'] as const) {
      await expect(store.materialize(sha256, join(pool, 'a.deb'), how)).rejects.toMatchObject({
        ...full,
        message: expect.stringContaining(join(pool, 'a.deb')),
      });
      expect(await readdir(pool)).toEqual([]);
    }
  });

  test('a folder that does not fit is an error when it is placed', async () => {
    await mkdir(join(scratch, 'dir/deep/er'), { recursive: true });
    await writeFile(join(scratch, 'dir/deep/er/ten'), ten);
    const trees = new DiskTreeStore(store);
    const { sha256 } = await trees.putTree(join(scratch, 'dir'));
    for (const pages of [0, 1, 4]) {
      disk.fill(pages * PAGE);
      await expect(trees.materializeTree(sha256, join(disk.path, `work-${pages}`))).rejects.toMatchObject(full);
      disk.free();
    }
  });

  test('a sweep that cannot write its marks says so and removes nothing', async () => {
    await small.put(ten);
    disk.fill();
    await expect(small.sweep(new Set(), Date.now())).rejects.toMatchObject(full);
    expect(await all(small.list())).toHaveLength(1);
    disk.free();
    expect(await small.sweep(new Set(), Date.now())).toEqual([]); // a torn mark counts as none
  });

  test('a disk without room for one more folder is full too', async () => {
    const few = new Tmpfs(256 * PAGE, 6);
    try {
      const tight = await DiskArtifactStore.open(join(few.path, 'store'));
      await tight.put(Buffer.from('first')); // store, sha256, marks, its folder, the file and the root: six
      await expect(tight.put(Buffer.from('second'))).rejects.toMatchObject(full);
      await expect(DiskArtifactStore.open(join(few.path, 'another'))).rejects.toMatchObject(full);
      expect(await leftovers(tight.root)).toEqual([]);
    } finally {
      few.close();
    }
  });
});

describe.skipIf(!mountable)('a disk that is read-only', () => {
  let disk: Tmpfs;
  beforeEach(() => {
    disk = new Tmpfs(1024 * 1024);
  });
  afterEach(() => {
    disk.readOnly(false);
    disk.close();
  });

  test('what is there can be read and checked; every write is refused with the place and what to do', async () => {
    const root = join(disk.path, 'store');
    const first = await DiskArtifactStore.open(root);
    const { sha256 } = await first.put(Buffer.from('old'));
    await cp(first.pathOf(sha256), join(disk.path, 'store/sha256/.slipway-0123456789ab-1-77-0123456789ab'));
    disk.readOnly(true);

    const again = await DiskArtifactStore.open(root);
    expect(String(await again.read(sha256))).toBe('old');
    expect(await all(again.verify())).toEqual([]);
    const refused = {
      code: 'SLIP_ARTIFACT_READ_ONLY',
      message: expect.stringContaining(root),
      remedy: expect.stringContaining('writable'),
    };
    await writeFile(join(scratch, 'file'), 'new');
    await expect(again.put(Buffer.from('new'))).rejects.toMatchObject(refused);
    await expect(again.putFile(join(scratch, 'file'))).rejects.toMatchObject(refused);
    await expect(again.sweep(new Set(), Date.now())).rejects.toMatchObject(refused);
    await expect(
      store.put(Buffer.from('x')).then((x) => store.materialize(x.sha256, join(root, 'x'), 'link')),
    ).rejects.toMatchObject(refused);
    await expect(DiskArtifactStore.open(join(disk.path, 'other'))).rejects.toMatchObject({
      code: 'SLIP_ARTIFACT_READ_ONLY',
    });
  });
});
