import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { chmod, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { containerOf, specOf } from '../../../test/contracts/executor.ts';
import type { ArtifactStore } from '../../ports/artifact-store.ts';
import { DiskArtifactStore } from '../artifacts-disk/disk-artifact-store.ts';
import { collectOutputs } from './collect-outputs.ts';

const isRoot = process.getuid?.() === 0;
if (!isRoot) console.warn('skipped: not root, so a device among the outputs was not checked');

let root: string;
let work: string;
let outside: string;
let store: DiskArtifactStore;

beforeEach(async () => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'slipway-collect-')));
  work = join(root, 'work');
  outside = join(root, 'outside');
  mkdirSync(join(work, '.run'), { recursive: true });
  writeFileSync(join(work, '.run/output'), '');
  mkdirSync(join(work, 'out'));
  mkdirSync(outside);
  writeFileSync(join(outside, 'secret.deb'), 'not yours');
  store = await DiskArtifactStore.open(join(root, 'artifacts'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const makePipe = (path: string) => execFileSync('sh', ['-c', 'mkfifo "$1"', 'sh', path]);

const collect = (outputs: readonly string[], into: ArtifactStore = store) =>
  collectOutputs(specOf([containerOf('true')], { outputs }), work, into, false);
const paths = async (...outputs: string[]) => (await collect(outputs)).files.map(({ path }) => path);
const refused = async (collecting: Promise<unknown>, code: string, message?: string | RegExp) => {
  await expect(collecting).rejects.toMatchObject({ code });
  if (message !== undefined) await expect(collecting).rejects.toThrow(message);
};

describe('what is taken', () => {
  test('may be executed by its owner: 0755, else 0644', async () => {
    await writeFile(join(work, 'out/tool'), 'x');
    await chmod(join(work, 'out/tool'), 0o700);
    await writeFile(join(work, 'out/text'), 'x');
    await chmod(join(work, 'out/text'), 0o666);
    expect((await collect(['out/*'])).files.map(({ path, mode }) => [path, mode])).toEqual([
      ['out/text', 0o644],
      ['out/tool', 0o755],
    ]);
  });

  test('a link to a file of the work folder is that file', async () => {
    await writeFile(join(work, 'out/app-1.0.deb'), 'app');
    await symlink('app-1.0.deb', join(work, 'out/app.deb'));
    await symlink('out', join(work, 'dist'));
    expect(await paths('out/*.deb')).toEqual(['out/app-1.0.deb', 'out/app.deb']);
    expect(await paths('dist/*.deb')).toEqual(['dist/app-1.0.deb', 'dist/app.deb']);
    expect((await collect(['out/app.deb'])).files[0]).toMatchObject({ path: 'out/app.deb', sizeBytes: 3, mode: 0o644 });
  });

  test('hidden files and our own folder only when they are named; ours not even then', async () => {
    await writeFile(join(work, '.hidden'), 'x');
    await writeFile(join(work, 'shown'), 'x');
    expect(await paths('**')).toEqual(['shown']);
    expect(await paths('.hidden')).toEqual(['.hidden']);
    await refused(collect(['.run/output']), 'SLIP_OUTPUT_NO_MATCH');
  });

  test('names of any language, with blanks and quotes', async () => {
    const names = [`it's "one" file.deb`, 'größe.deb', '雪.deb'];
    for (const name of names) await writeFile(join(work, 'out', name), name);
    expect(await paths('out/*.deb')).toEqual(names.map((name) => `out/${name}`).sort());
  });
});

describe('what is refused', () => {
  test('a link out of the work folder, to a file or in a folder on the way', async () => {
    await symlink(join(outside, 'secret.deb'), join(work, 'out/a.deb'));
    await refused(collect(['out/*.deb']), 'SLIP_OUTPUT_OUTSIDE', /out\/a\.deb.*secret\.deb/);
    await rm(join(work, 'out'), { recursive: true });
    await symlink('../outside', join(work, 'out'));
    await refused(collect(['out/*.deb']), 'SLIP_OUTPUT_OUTSIDE');
    await refused(collect(['out']), 'SLIP_OUTPUT_OUTSIDE');
  });

  test('a link to nothing, and one that leads round in circles', async () => {
    await symlink('missing', join(work, 'out/a.deb'));
    await refused(collect(['out/*.deb']), 'SLIP_OUTPUT_NOT_A_FILE', 'a link to nothing');
    await rm(join(work, 'out/a.deb'));
    await symlink('a.deb', join(work, 'out/a.deb'));
    await refused(collect(['out/*.deb']), 'SLIP_OUTPUT_NOT_A_FILE');
  });

  test('a named pipe and a socket: nothing waits for whoever would write there', async () => {
    makePipe(join(work, 'out/pipe'));
    await refused(collect(['out/*']), 'SLIP_OUTPUT_NOT_A_FILE', 'a named pipe');
    await rm(join(work, 'out/pipe'));
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(join(work, 'out/sock'), resolve));
    await refused(collect(['**']), 'SLIP_OUTPUT_NOT_A_FILE', 'a socket');
    await new Promise((resolve) => server.close(resolve));
  });

  test.skipIf(!isRoot)('a device', async () => {
    execFileSync('mknod', [join(work, 'out/null'), 'c', '1', '3']);
    await refused(collect(['out/*']), 'SLIP_OUTPUT_NOT_A_FILE', 'a device');
  });

  test.each([
    ['a newline', Buffer.from('two\nlines.deb')],
    ['an escape sequence', Buffer.from('\u001b[31mred.deb')],
    ['bytes that are no UTF-8', Buffer.from('caf\xe9.deb', 'latin1')],
  ])('a name with %s', async (_what, name) => {
    await writeFile(Buffer.concat([Buffer.from(join(work, 'out/')), name]), 'x');
    await refused(collect(['out/*.deb']), 'SLIP_OUTPUT_NAME');
    const message = await collect(['out/*.deb']).catch((error: Error) => error.message);
    expect(message).not.toMatch(/\p{Cc}/u); // it must not do to a terminal what it was refused for
    await refused(collect(['out/*.rpm']), 'SLIP_OUTPUT_NO_MATCH'); // what nobody asked for may have any name
  });

  test('what would lie below a file', async () => {
    await writeFile(join(work, 'out/plain.deb'), 'x');
    await refused(collect(['out/plain.deb/*']), 'SLIP_OUTPUT_NO_MATCH');
  });

  test('more files than a release has', async () => {
    for (let i = 0; i <= 10_000; i++) writeFileSync(join(work, `out/${i}`), '');
    await refused(collect(['out/*']), 'SLIP_OUTPUT_TOO_MANY', 'More than 10000 files');
  }, 60_000);

  test('values in a file that became a link, a folder or a pipe', async () => {
    const values = join(work, '.run/output');
    await rm(values);
    expect((await collect([])).values).toEqual({});
    await writeFile(join(outside, 'values'), 'a=1\n');
    await symlink(join(outside, 'values'), values);
    await refused(collect([]), 'SLIP_OUTPUT_VALUES');
    await rm(values);
    await mkdir(values);
    await refused(collect([]), 'SLIP_OUTPUT_VALUES');
    await rm(values, { recursive: true });
    makePipe(values);
    await refused(collect([]), 'SLIP_OUTPUT_VALUES');
  });
});

describe('something that is still alive in the work folder', () => {
  /** A store that lets `meddle` happen just before the first file is read. */
  const meddling = (meddle: () => void): ArtifactStore => {
    let isDone = false;
    const put: ArtifactStore['put'] = (bytes) => {
      if (!isDone) meddle();
      isDone = true;
      return store.put(bytes);
    };
    return { put } as ArtifactStore;
  };

  /** File systems stamp changes with the kernel's coarse clock: within one of its ticks two changes look like one. */
  const untilClockMoved = async (path: string) => {
    const probe = join(root, 'probe');
    const ctime = (file: string) => statSync(file, { bigint: true }).ctimeNs;
    do await writeFile(probe, '');
    while (ctime(probe) <= ctime(path));
  };

  beforeEach(async () => {
    await writeFile(join(work, 'out/a.deb'), 'first');
    await writeFile(join(work, 'out/b.deb'), 'second');
  });

  test('cannot have a link followed that it puts in the place of a file', async () => {
    const into = meddling(() => {
      rmSync(join(work, 'out/b.deb'));
      symlinkSync(join(outside, 'secret.deb'), join(work, 'out/b.deb'));
    });
    await refused(collect(['out/*.deb'], into), 'SLIP_OUTPUT_CHANGED');
  });

  test('cannot swap a folder on the way', async () => {
    writeFileSync(join(outside, 'b.deb'), 'second');
    const into = meddling(() => {
      renameSync(join(work, 'out'), join(work, 'old'));
      symlinkSync(outside, join(work, 'out'));
    });
    await refused(collect(['out/*.deb'], into), 'SLIP_OUTPUT_CHANGED');
  });

  test('cannot move the very file, or the folder it lies in, elsewhere behind our back', async () => {
    const moveFile = meddling(() => renameSync(join(work, 'out/b.deb'), join(outside, 'b.deb')));
    await refused(collect(['out/*.deb'], moveFile), 'SLIP_OUTPUT_CHANGED');
    await writeFile(join(work, 'out/b.deb'), 'second');
    const moveFolder = meddling(() => {
      renameSync(join(work, 'out'), join(outside, 'out'));
      symlinkSync(join(outside, 'out'), join(work, 'out'));
    });
    await refused(collect(['out/*.deb'], moveFolder), 'SLIP_OUTPUT_CHANGED');
  });

  test('cannot write to a file while it is read, nor before, not even as many bytes as were there', async () => {
    await untilClockMoved(join(work, 'out/b.deb'));
    for (const [name, text] of [
      ['a.deb', 'other bytes'],
      ['a.deb', 'FIRST BYTES'],
      ['b.deb', 'SECOND'],
    ] as const) {
      const into = meddling(() => writeFileSync(join(work, 'out', name), text));
      await refused(collect(['out/*.deb'], into), 'SLIP_OUTPUT_CHANGED');
      await untilClockMoved(join(work, 'out', name));
    }
  });

  test('cannot put a pipe in the place of a file to hold us up', async () => {
    const into = meddling(() => {
      rmSync(join(work, 'out/b.deb'));
      makePipe(join(work, 'out/b.deb'));
    });
    await refused(collect(['out/*.deb'], into), 'SLIP_OUTPUT_CHANGED');
  });
});
