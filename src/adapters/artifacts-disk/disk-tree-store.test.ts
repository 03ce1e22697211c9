import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmod,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  realpath,
  rm,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { checkLink } from '../../domain/artifact/tree-link.ts';
import type { Sha256 } from '../../kernel/ids.ts';
import { DiskArtifactStore } from './disk-artifact-store.ts';
import { DiskTreeStore } from './disk-tree-store.ts';

let scratch: string;
let store: DiskArtifactStore;
let trees: DiskTreeStore;

beforeEach(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'slipway-trees-'));
  store = await DiskArtifactStore.open(join(scratch, 'store'));
  trees = new DiskTreeStore(store);
});
afterEach(() => rm(scratch, { recursive: true, force: true }));

/** path -> text, `-> target`, or a mode after `|`. */
async function folderWith(name: string, content: Record<string, string>): Promise<string> {
  const root = join(scratch, name);
  await mkdir(root);
  for (const [path, text] of Object.entries(content)) {
    await mkdir(join(root, dirname(path)), { recursive: true });
    if (text.startsWith('-> ')) await symlink(text.slice(3), join(root, path));
    else await writeFile(join(root, path), text);
  }
  return root;
}

const APP = { 'bin/hello': '#!/bin/sh\necho hello\n', 'bin/hi': '-> hello', 'share/doc/README': 'read me', empty: '' };

test('a folder comes out as it went in: files, links, who may execute', async () => {
  const root = await folderWith('app', APP);
  await chmod(join(root, 'bin/hello'), 0o755);
  const { sha256, tree } = await trees.putTree(root);
  const out = join(scratch, 'out');
  expect(await trees.materializeTree(sha256, out)).toEqual(tree);
  expect(await readFile(join(out, 'bin/hi'), 'utf8')).toBe('#!/bin/sh\necho hello\n');
  expect(await readlink(join(out, 'bin/hi'))).toBe('hello');
  const modes = await Promise.all(['bin/hello', 'share/doc/README', 'bin'].map((path) => lstat(join(out, path))));
  expect(modes.map(({ mode }) => mode & 0o777)).toEqual([0o755, 0o644, 0o755]);
  expect((await trees.putTree(out)).sha256).toBe(sha256);
});

test('the digest of a folder does not depend on order, umask, times or empty folders', async () => {
  const first = await folderWith('first', APP);
  const umask = process.umask(0o077);
  try {
    const second = await folderWith('second', Object.fromEntries(Object.entries(APP).reverse()));
    await mkdir(join(second, 'nothing/in/here'), { recursive: true });
    await utimes(join(second, 'empty'), 1, 1);
    for (const root of [first, second]) await chmod(join(root, 'bin/hello'), root === first ? 0o755 : 0o700);
    const stored = await trees.putTree(second);
    expect(stored.sha256).toBe((await trees.putTree(first)).sha256);
    expect(stored.emptyFolders).toEqual(['nothing/in/here']); // told, not lost without a word
    await trees.materializeTree(stored.sha256, join(scratch, 'out'));
    expect((await lstat(join(scratch, 'out/bin/hello'))).mode & 0o777).toBe(0o755);
    expect((await lstat(join(scratch, 'out/bin'))).mode & 0o777).toBe(0o755);
  } finally {
    process.umask(umask);
  }
});

test('one file becomes a tree with that file, and a name can be left out at the top only', async () => {
  const root = await folderWith('app', { '.git/HEAD': 'ref', 'sub/.git/HEAD': 'ref', a: 'a' });
  expect((await trees.putTree(root, ['.git'])).tree.map(({ path }) => path)).toEqual(['a', 'sub/.git/HEAD']);
  expect((await trees.putFileAsTree(join(root, 'a'))).tree).toMatchObject([{ path: 'a', sizeBytes: 1 }]);
});

test.each([
  ['a link that leaves the folder', { 'a/b': '-> ../../secret' }, 'leaves its folder'],
  ['an absolute link', { passwd: '-> /etc/passwd' }, 'absolute'],
  ['a name with a line end', { 'a\nb': 'x' }, 'control character'],
])('%s is refused before any byte is stored', async (_, content, problem) => {
  const root = await folderWith('bad', { ...APP, ...content });
  await expect(trees.putTree(root)).rejects.toMatchObject({
    code: 'SLIP_TREE',
    message: expect.stringContaining(problem),
  });
  expect(await readdir(join(store.root, 'sha256'))).toEqual([]);
});

test('a pipe, a socket and a device are refused, and nobody waits for a writer', async () => {
  const root = await folderWith('odd', APP);
  execFileSync('mkfifo', [join(root, 'pipe')]);
  await expect(trees.putTree(root)).rejects.toMatchObject({ code: 'SLIP_TREE', message: '"pipe" is a pipe.' });
  await expect(store.putFile(join(root, 'pipe'))).rejects.toMatchObject({ code: 'SLIP_ARTIFACT_INPUT' });
  await rm(join(root, 'pipe'));

  const server = createServer().listen(join(root, 'socket'));
  await once(server, 'listening');
  await expect(trees.putTree(root)).rejects.toThrow('"socket" is a socket.');
  await expect(store.putFile(join(root, 'socket'))).rejects.toMatchObject({ code: 'SLIP_ARTIFACT_INPUT' });
  server.close();
  await expect(store.putFile('/dev/null')).rejects.toMatchObject({ code: 'SLIP_ARTIFACT_INPUT' });
});

test('a name that is not UTF-8 is refused instead of silently becoming another name', async () => {
  const root = await folderWith('odd', APP);
  await writeFile(Buffer.concat([Buffer.from(`${root}/caf`), Buffer.from([0xe9])]), 'x');
  await expect(trees.putTree(root)).rejects.toThrow('"café" has a name that is not UTF-8.');
});

test('a folder that holds something is never filled', async () => {
  const { sha256 } = await trees.putTree(await folderWith('app', APP));
  const taken = await folderWith('taken', { mine: 'x' });
  await expect(trees.materializeTree(sha256, taken)).rejects.toMatchObject({ code: 'SLIP_TREE_TARGET', exitCode: 6 });
  await expect(trees.materializeTree(sha256, join(taken, 'mine'))).rejects.toMatchObject({ code: 'SLIP_TREE_TARGET' });
  expect(await readdir(taken)).toEqual(['mine']);
});

test('a damaged file of a tree stops its placing with the digest and the path', async () => {
  const { sha256, tree } = await trees.putTree(await folderWith('app', APP));
  const readme = tree.find(({ path }) => path.endsWith('README')) as { sha256: Sha256 };
  await chmod(store.pathOf(readme.sha256), 0o644);
  await writeFile(store.pathOf(readme.sha256), 'reed me');
  await expect(trees.materializeTree(sha256, join(scratch, 'out'))).rejects.toMatchObject({
    code: 'SLIP_ARTIFACT_DAMAGED',
    message: expect.stringContaining(store.pathOf(readme.sha256)),
  });
});

test('our judgement of links is the kernel’s: what is accepted never resolves to a place outside', async () => {
  const part = fc.constantFrom('a', 'b', 'up', 'l', '..', '.');
  const target = fc.array(part, { minLength: 1, maxLength: 5 }).map((parts) => parts.join('/'));
  const at = fc.constantFrom('l', 'a/l', 'a/up', 'a/b/l', 'a/b/up', 'up');
  let count = 0;
  const seen = { inside: 0, refused: 0 };
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(fc.tuple(at, target), { minLength: 1, maxLength: 4, selector: ([path]) => path }),
      async (list) => {
        const root = join(scratch, `links-${count++}`, 'deep', 'root');
        await mkdir(join(root, 'a/b'), { recursive: true });
        for (const [path, to] of list) await symlink(to, join(root, path));
        const links = new Map(list);
        for (const [path] of list) {
          const real = await realpath(join(root, path)).catch(() => undefined);
          const ours = (() => {
            try {
              checkLink(path, links);
              return 'inside';
            } catch {
              return 'refused';
            }
          })();
          seen[ours] += 1;
          if (real !== undefined && real !== root && !real.startsWith(`${root}/`)) expect(ours).toBe('refused');
        }
      },
    ),
    { numRuns: 300 },
  );
  expect(Math.min(seen.inside, seen.refused)).toBeGreaterThan(50); // both sides were really tried
});
