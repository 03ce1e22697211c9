import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { chmod, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { hasProgram } from '../../../test/support/has-program.ts';
import { startHttp, startTcp } from '../../../test/support/http-peer.ts';
import { SourceBench } from '../../../test/support/source-world.ts';

const SETTINGS = { GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null', LC_ALL: 'C' };

/** A repository made with git itself. */
class Repository {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
    this.git('init', '--quiet', '--initial-branch=main', path);
  }

  git(...args: readonly string[]): string {
    const who = ['-c', 'user.name=A', '-c', 'user.email=a@example.org', '-c', 'protocol.file.allow=always'];
    const dated = { GIT_AUTHOR_DATE: '2000000000 +0000', GIT_COMMITTER_DATE: '1622650500 +0200' };
    const env = { PATH: process.env['PATH'], HOME: '/', ...SETTINGS, ...dated };
    const cwd = existsSync(this.path) ? this.path : dirname(this.path);
    return execFileSync('git', [...who, ...args], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
      .toString()
      .trim();
  }

  async commit(files: Readonly<Record<string, string>>, message = 'change'): Promise<string> {
    for (const [name, text] of Object.entries(files)) {
      const path = join(this.path, name.replace('*', ''));
      await mkdir(dirname(path), { recursive: true });
      if (text.startsWith('-> ')) await symlink(text.slice(3), path);
      else await writeFile(path, text);
      if (name.endsWith('*')) await chmod(path, 0o755);
    }
    this.git('add', '--all');
    this.git('commit', '--quiet', '--allow-empty', '-m', message);
    return this.git('rev-parse', 'HEAD');
  }
}

const git = hasProgram('git', 'sources from git');

describe.skipIf(!git)('a source from git', () => {
  let bench: SourceBench;
  let repository: Repository;
  let first: string;
  let temporary: string;

  beforeEach(async () => {
    bench = await SourceBench.open();
    bench.env = { ...process.env, ...SETTINGS };
    temporary = join(bench.folder, 'tmp');
    await mkdir(temporary);
    process.env['TMPDIR'] = temporary; // of this test file alone
    repository = new Repository(join(bench.folder, 'packaging'));
    first = await repository.commit({ 'build.sh*': 'make\n', 'share/doc': 'one', latest: '-> share/doc' });
  });
  afterEach(async () => {
    delete process.env['TMPDIR'];
    const left = readdirSync(temporary);
    await bench.close();
    expect(left).toEqual([]);
  });

  const fetchGit = (ref?: string, at = 'packaging', signal?: AbortSignal) =>
    bench.fetch({ kind: 'git', git: at, ...(ref !== undefined && { ref }) }, signal);

  async function refused(fetching: Promise<unknown>, words: string | RegExp, code = 'SLIP_SOURCE_GIT') {
    const message = typeof words === 'string' ? expect.stringContaining(words) : expect.stringMatching(words);
    await expect(fetching).rejects.toMatchObject({ code, message, remedy: expect.stringMatching(/\w/) });
  }

  test('is the commit, byte for byte, with its time and without .git', async () => {
    const source = await fetchGit();
    expect(source).toMatchObject({
      origin: `git ${repository.path} HEAD (${first.slice(0, 7)})`,
      proof: `commit ${first}`,
      commitEpochS: 1622650500,
      warnings: [],
    });
    expect(await bench.filesOf(source.tree)).toEqual({
      'build.sh*': 'make\n',
      'share/doc': 'one',
      latest: '-> share/doc',
    });
    expect((await bench.trees.putTree(repository.path, ['.git'])).sha256).toBe(source.tree); // as if taken by path
  });

  test('may be named by branch, tag, full or short commit, in any of git’s ways to name a repository', async () => {
    repository.git('tag', '-a', 'v1', '-m', 'one');
    repository.git('branch', 'stable-2.x');
    const second = await repository.commit({ 'share/doc': 'two' });
    for (const ref of ['v1', 'stable-2.x', 'refs/heads/stable-2.x', first, first.slice(0, 9)]) {
      expect((await fetchGit(ref)).proof, ref).toBe(`commit ${first}`);
    }
    for (const at of ['packaging', './packaging', 'packaging/.git', repository.path, `file://${repository.path}`]) {
      expect((await fetchGit('main', at)).proof, at).toBe(`commit ${second}`);
    }
  });

  test('a commit that only history holds is found too', async () => {
    await repository.commit({ 'share/doc': 'two' });
    await repository.commit({ 'share/doc': 'three' });
    expect((await fetchGit(first)).proof).toBe(`commit ${first}`);
    expect((await fetchGit(first.slice(0, 7))).proof).toBe(`commit ${first}`);
  });

  test('a tag wins over a branch of the same name, and that is said', async () => {
    repository.git('tag', 'v2');
    repository.git('checkout', '--quiet', '-b', 'v2');
    await repository.commit({ 'share/doc': 'two' });
    const source = await fetchGit('v2');
    expect(source.proof).toBe(`commit ${first}`);
    expect(source.warnings).toEqual([`v2 is a tag and a branch of ${repository.path}; the tag was taken.`]);
  });

  test('a branch whose name only ends like the ref is not taken for it', async () => {
    repository.git('branch', 'old/release');
    repository.git('update-ref', 'refs/old/refs/heads/release', 'HEAD');
    await refused(fetchGit('release'), `${repository.path} has no branch, tag or commit release`);
  });

  test.each([
    ['v99', 'has no branch, tag or commit v99'],
    ['0123456789abcdef0123456789abcdef01234567', 'has no branch, tag or commit 0123456789abcdef'],
    ['abcdef1', 'has no branch, tag or commit abcdef1'],
    ['--upload-pack=touch owned', 'is no name of a branch'],
  ])('the ref %s is an error', async (ref, words) => {
    await refused(fetchGit(ref), words);
    expect(await bench.kept()).toBe(0);
  });

  test('a repository that is not there, or has no commit, is an error with git’s words', async () => {
    await refused(fetchGit(undefined, 'nowhere'), /nowhere.*does not appear to be a git repository|nowhere.*not exist/);
    new Repository(join(bench.folder, 'fresh'));
    await refused(fetchGit(undefined, 'fresh'), 'has no default branch');
  });

  test('nothing that git could be told to run is run', async () => {
    const owned = join(bench.folder, 'owned');
    const evil = join(bench.folder, 'evil.sh');
    await writeFile(evil, `#!/bin/sh\ntouch ${owned}\ncat\n`, { mode: 0o755 });
    const template = join(bench.folder, 'template/hooks');
    await mkdir(template, { recursive: true });
    for (const hook of ['post-checkout', 'reference-transaction', 'post-update', 'pre-auto-gc']) {
      await writeFile(join(template, hook), `#!/bin/sh\ntouch ${owned}\n`, { mode: 0o755 });
      await writeFile(join(repository.path, '.git/hooks', hook), `#!/bin/sh\ntouch ${owned}\n`, { mode: 0o755 });
    }
    const config = join(bench.folder, 'gitconfig');
    await writeFile(
      config,
      `[init]\ntemplateDir=${dirname(template)}\n[core]\nhooksPath=${template}\nfsmonitor=${evil}\nautocrlf=true\n` +
        `[filter "evil"]\nsmudge=${evil}\nclean=${evil}\n[diff]\nexternal=${evil}\n[log]\nshowSignature=true\n` +
        `[protocol]\nallow=always\n[url "ext::${evil}"]\ninsteadOf=https://git.example.org/\n`,
    );
    await repository.commit({
      '.gitattributes': '* filter=evil eol=crlf export-ignore\nshare/doc export-subst ident\n',
      'share/doc': '$Format:%H$ $Id$\n',
    });
    await rm(owned, { force: true }); // made by the hooks while this test committed, so they do work
    bench.env = { ...bench.env, GIT_CONFIG_GLOBAL: config };
    await fetchGit(first.slice(0, 9)); // all of the history: this one writes refs
    const files = await bench.filesOf((await fetchGit()).tree);
    expect(files['share/doc']).toBe('$Format:%H$ $Id$\n');
    expect(files['build.sh*']).toBe('make\n');
    await refused(fetchGit(undefined, 'https://git.example.org/x'), "transport 'ext' not allowed");
    await refused(fetchGit(undefined, `ext::${evil}`), 'ext:: runs a command');
    await refused(fetchGit(undefined, `--upload-pack=${evil}`), 'begins with a dash');
    expect(existsSync(owned)).toBe(false);
  });

  test('variables of a hook that Slipway was started from do not lead it elsewhere', async () => {
    const other = new Repository(join(bench.folder, 'other'));
    await other.commit({ other: 'x' });
    const inHook = {
      GIT_DIR: join(other.path, '.git'),
      GIT_INDEX_FILE: join(other.path, '.git/index'),
      GIT_WORK_TREE: other.path,
    };
    bench.env = { ...bench.env, ...inHook, GIT_OBJECT_DIRECTORY: join(other.path, '.git/objects') };
    expect((await fetchGit()).proof).toBe(`commit ${first}`);
    expect(other.git('status', '--porcelain')).toBe('');
  });

  test('submodules and pointers to Git LFS are named, because their bytes are not there', async () => {
    const sub = new Repository(join(bench.folder, 'sub'));
    await sub.commit({ inner: 'x' });
    repository.git('submodule', '--quiet', 'add', sub.path, 'vendor/sub');
    await repository.commit({ 'big.iso': 'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n' });
    const source = await fetchGit();
    expect(source.warnings).toEqual([
      'The submodule vendor/sub was left out: only its parent was asked for.',
      'big.iso is a pointer to Git LFS, not the file itself.',
    ]);
    expect(Object.keys(await bench.filesOf(source.tree))).not.toContain('vendor/sub');
  });

  test.each([
    ['a link that leaves the repository', { up: '-> ../../etc/passwd' }, 'leaves its folder'],
    ['a name with a line end', { 'a\nb': 'x' }, 'control character'],
  ])('%s is refused', async (_, files, words) => {
    await repository.commit(files);
    await refused(fetchGit(), words, 'SLIP_TREE');
  });

  test('large, many and empty files come whole', async () => {
    const many = Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`many/${i}`, `file ${i}\n`.repeat(i)]));
    const big = 'ein langer Text\n'.repeat(300_000);
    await repository.commit({ ...many, big, empty: '' });
    const source = await fetchGit();
    expect((await bench.trees.putTree(repository.path, ['.git'])).sha256).toBe(source.tree);
    expect(Object.keys(await bench.filesOf(source.tree))).toHaveLength(305);
  });

  test('a full store stops it with the store’s error, and git does not go on', async () => {
    await repository.commit({ big: 'x'.repeat(5_000_000) });
    const put = bench.store.put.bind(bench.store);
    bench.store.put = async (bytes, expected) => {
      if (!(bytes instanceof Uint8Array)) throw new Error('the disk is full'); // before it has read any of it
      return put(bytes, expected);
    };
    await expect(fetchGit()).rejects.toThrow('the disk is full');
    expect(gitsOf(bench.folder)).toEqual([]);
  });

  test('a server that accepts and says nothing is given up on, with all that git had started', async () => {
    bench.limits = { ...bench.limits, gitMs: 300 };
    const peer = await startTcp(() => {});
    try {
      await refused(
        fetchGit('main', `git://127.0.0.1:${peer.port}/x`),
        `git://127.0.0.1:${peer.port}/x: no end after 0.3 s`,
      );
      await refused(fetchGit('main', `http://127.0.0.1:${peer.port}/x`), 'no end after 0.3 s');
      expect(gitsOf(`127.0.0.1:${peer.port}`)).toEqual([]);
    } finally {
      await peer.close();
    }
  });

  test('a caller that gives up ends git', async () => {
    const controller = new AbortController();
    const peer = await startTcp(() => controller.abort(new Error('cancelled by alice')));
    try {
      await expect(fetchGit('main', `git://127.0.0.1:${peer.port}/x`, controller.signal)).rejects.toThrow(
        'cancelled by alice',
      );
      expect(gitsOf(`127.0.0.1:${peer.port}`)).toEqual([]);
    } finally {
      await peer.close();
    }
  });

  test('a server that wants a password is an error at once, and no error prints one', async () => {
    const peer = await startHttp((_, response) =>
      response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end(),
    );
    try {
      await refused(fetchGit('main', `${peer.url}/x`), /terminal prompts disabled|could not read Username/);
      const secret = peer.url.replace('http://', 'http://alice:s3cret%21@');
      const error = await fetchGit('main', `${secret}/x`).catch((caught: Error) => caught);
      expect(String(error)).toContain(`${peer.url}/x: `);
      expect(`${String(error)} ${JSON.stringify(error)}`).not.toMatch(/s3cret|alice/);
    } finally {
      await peer.close();
    }
  });

  test('a machine without git says so', async () => {
    bench.env = { PATH: bench.folder };
    await refused(fetchGit(), 'git is not installed');
  });
});

/** Command lines of running processes that speak of this place. */
function gitsOf(place: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((pid) => {
      try {
        return [readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' ')];
      } catch {
        return []; // it has just ended
      }
    })
    .filter((line) => line.startsWith('git') && line.includes(place));
}
