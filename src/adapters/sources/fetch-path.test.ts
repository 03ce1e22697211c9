import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { SourceBench } from '../../../test/support/source-world.ts';

let bench: SourceBench;
beforeEach(async () => {
  bench = await SourceBench.open();
});
afterEach(() => bench.close());

const fetchPath = (path: string) => bench.fetch({ kind: 'path', path });

test('a folder beside the config becomes a tree; its empty folders and .git are named as left out', async () => {
  await mkdir(join(bench.folder, 'build/sub/nothing'), { recursive: true });
  await mkdir(join(bench.folder, 'build/.git'));
  await writeFile(join(bench.folder, 'build/.git/HEAD'), 'ref');
  await writeFile(join(bench.folder, 'build/hello'), 'hello', { mode: 0o755 });
  const source = await fetchPath('build');
  expect(await bench.filesOf(source.tree)).toEqual({ 'hello*': 'hello' });
  expect(source).toMatchObject({ origin: join(bench.folder, 'build'), proof: 'none' });
  expect(source.warnings).toEqual([
    `The empty folder sub/nothing of ${join(bench.folder, 'build')} was left out: only files are carried.`,
    `.git of ${join(bench.folder, 'build')} was left out.`,
  ]);
});

test('one file becomes a tree with that file, under the name the config uses', async () => {
  await writeFile(join(bench.folder, 'app-1.2.war'), 'war');
  await symlink('app-1.2.war', join(bench.folder, 'app.war'));
  expect(await bench.filesOf((await fetchPath('app-1.2.war')).tree)).toEqual({ 'app-1.2.war': 'war' });
  expect(await bench.filesOf((await fetchPath('app.war')).tree)).toEqual({ 'app.war': 'war' });
});

test.each([
  ['build/out/app.war', 'build/out/app.war is not there ('],
  ['link', 'link is a link to nothing'],
  ['empty', 'empty holds no file'],
])('%s is refused, and what is missing is said', async (path, problem) => {
  await symlink('nowhere', join(bench.folder, 'link'));
  await mkdir(join(bench.folder, 'empty/folder'), { recursive: true });
  await expect(fetchPath(path)).rejects.toMatchObject({
    code: 'SLIP_SOURCE_MISSING',
    message: expect.stringContaining(`Source core cannot be taken: ${bench.folder}/${problem}`),
  });
});

test('a path that goes on below a file is not there either', async () => {
  await writeFile(join(bench.folder, 'file'), 'x');
  await expect(fetchPath('file/deeper')).rejects.toMatchObject({ message: expect.stringContaining('(') });
});

test('a folder with a link that leaves it is refused', async () => {
  await mkdir(join(bench.folder, 'build'));
  await symlink('../../etc', join(bench.folder, 'build/up'));
  await expect(fetchPath('build')).rejects.toMatchObject({
    code: 'SLIP_TREE',
    message: expect.stringContaining('"up"'),
  });
});
