import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { formatFinding } from '../../domain/config/finding.ts';
import { configDrift } from './config-drift.ts';
import { loadConfig } from './load-config.ts';

let folder: string;
const git = (...args: string[]) =>
  execFileSync('git', ['-C', folder, '-c', 'user.name=t', '-c', 'user.email=t@example.org', ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  }).trim();

const put = async (files: Record<string, string>) => {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
};
const commit = async (branch: string, files: Record<string, string>) => {
  git('checkout', '-q', '-B', branch);
  await put(files);
  git('add', '-A');
  git('commit', '-q', '--allow-empty', '-m', branch);
};

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-branches-'));
  git('init', '-q', '-b', 'master');
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const MAIN = `version: 1
project: hello
lines:
  weekly: { branch: master, versions: "2.{n}", channel: weekly }
  stable: { branch: "stable-2.{base}", versions: "2.{base}.{n}", channel: stable }
sources: { app: { path: . } }
packages: { tar: { uses: tar, inputs: [app], agent: windows, with: { files: { app/hello: hello } } } }
signing: { gpg: { key: "env:RELEASE_KEY" } }
origin: { url: ./public, public: "https://pkg.example.org" }
repositories: { files: { type: files } }
channels: { stable: { files: stable }, weekly: { files: weekly } }
`;
const INCLUDING = `${MAIN}include: [release/shared.yaml]\n`;
const agents = (timeout: string) => `agents:
  windows:
    timeout: ${timeout}
  other: { extends: windows, shell: bash }
`;

const drift = async (strict = false) => (await configDrift({ cwd: folder, env: {} }, { strict })).map(formatFinding);

describe('one definition for several lines', () => {
  test('a file of another branch is included, with the commit it was read at', async () => {
    await commit('main', { 'release/shared.yaml': agents('30m') });
    const id = git('rev-parse', 'HEAD');
    await commit('master', {
      'slipway.yaml': `${MAIN}include: [{ ref: main, file: release/shared.yaml }]\nagents: { windows: { timeout: 10m } }\n`,
    });
    await rm(join(folder, 'release'), { recursive: true });
    const { config, findings, files } = await loadConfig({ cwd: folder, env: {} });
    expect(config?.agents['other']?.timeoutMs).toBe(600_000);
    expect(files).toMatchObject([{ file: 'slipway.yaml' }, { file: 'main:release/shared.yaml', commit: id }]);
    expect(findings.map(formatFinding)).toContain(
      'slipway.yaml:13:22: note: agents.windows.timeout replaces the value of main:release/shared.yaml:3:5. Nothing to do if that is meant. [SLIP_CONFIG_SHADOWED]',
    );
  });

  test('a mistake in an included file is told at its place on its branch', async () => {
    await commit('main', { 'release/shared.yaml': agents('30m').replace('timeout', 'timout') });
    await commit('master', { 'slipway.yaml': `${MAIN}include: [{ ref: main, file: release/shared.yaml }]\n` });
    const { findings } = await loadConfig({ cwd: folder, env: {} });
    expect(findings.map(formatFinding)[0]).toBe(
      'main:release/shared.yaml:3:5: error: "timout" is not a key of agents.windows. Write "timeout". [SLIP_CONFIG_UNKNOWN_KEY]',
    );
  });

  test.each([
    ['{ ref: nowhere, file: a.yaml }', 'git knows no "nowhere" here'],
    ['{ ref: master, file: nowhere.yaml }', "path 'nowhere.yaml' does not exist in"],
    ['{ ref: "--output=/tmp/x", file: a.yaml }', '"--output=/tmp/x" is no git ref'],
    ['{ ref: master, file: /etc/passwd }', 'a path in git is relative to the config'],
  ])('an include that cannot be read says why: %s', async (include, problem) => {
    await commit('master', { 'slipway.yaml': `${MAIN}include: [${include}]\n` });
    const { findings } = await loadConfig({ cwd: folder, env: {} });
    expect(findings[0]).toMatchObject({ severity: 'error', code: 'SLIP_CONFIG_INCLUDE', line: 12, column: 11 });
    expect(findings[0]?.happened).toContain(problem);
  });
});

describe('drift between the branches of lines', () => {
  test('a value that differs is told with its place in this folder; lines may differ', async () => {
    await commit('stable-2.289', {
      'slipway.yaml': INCLUDING.replace('channel: weekly }', 'channel: weekly, critical: true }'),
      'release/shared.yaml': agents('10m'),
    });
    await commit('master', { 'slipway.yaml': INCLUDING, 'release/shared.yaml': agents('30m') });
    expect(await drift()).toEqual([
      'release/shared.yaml:3:5: warning: agents.windows.timeout is 30m on master and 10m on stable-2.289. Include one file on both. [SLIP_CONFIG_DRIFT]',
    ]);
    expect((await drift(true))[0]).toContain(': error: agents.windows.timeout is 30m');
  });

  test('the highest base is the branch of the line; what is allowed to differ is not told', async () => {
    await commit('stable-2.90', { 'slipway.yaml': INCLUDING, 'release/shared.yaml': agents('5m') });
    await commit('stable-2.289', { 'slipway.yaml': INCLUDING, 'release/shared.yaml': agents('10m') });
    await commit('master', { 'slipway.yaml': INCLUDING, 'release/shared.yaml': agents('30m') });
    expect(await drift()).toEqual([expect.stringContaining('30m on master and 10m on stable-2.289')]);
    await put({ 'slipway.yaml': `${INCLUDING}drift: { allow: [agents.windows, agents.other.timeout] }\n` });
    expect(await drift()).toEqual([]);
  });

  test('what is written in this folder counts, committed or not', async () => {
    await commit('stable-2.289', { 'slipway.yaml': MAIN + agents('30m') });
    await commit('master', { 'slipway.yaml': MAIN + agents('10m') });
    expect(await drift()).toHaveLength(1);
    await put({ 'slipway.yaml': MAIN + agents('30m') });
    expect(await drift()).toEqual([]);
  });

  test('a key that one branch has and the other has not is told', async () => {
    await commit('stable-2.289', { 'slipway.yaml': `${MAIN}${agents('30m')}teams: { a: [x] }\n` });
    await commit('master', { 'slipway.yaml': `${MAIN}${agents('30m')}vars: { b: c }\n` });
    expect(await drift()).toEqual([
      expect.stringContaining('teams.a is not set on master and ["x"] on stable-2.289.'),
      expect.stringContaining('vars.b is c on master and not set on stable-2.289.'),
    ]);
  });

  test('a line without a branch here, a branch without the file, and a broken file each say so', async () => {
    await commit('master', { 'slipway.yaml': MAIN + agents('30m') });
    expect(await drift()).toEqual([
      'slipway.yaml:5:21: warning: lines.stable.branch is "stable-2.{base}", and no branch of this repository is one. Mend the pattern, or fetch the branch. [SLIP_CONFIG_BRANCH]',
    ]);
    git('checkout', '-q', '--orphan', 'stable-2.1');
    git('rm', '-q', '-rf', '.');
    await commit('stable-2.1', { 'other.txt': 'x' });
    git('checkout', '-q', 'master');
    expect(await drift()).toEqual([
      expect.stringMatching(/^stable-2\.1:slipway\.yaml: warning: Branch stable-2\.1 has no slipway\.yaml/),
    ]);
    await commit('stable-2.2', { 'slipway.yaml': `${MAIN}agents: { windows: { timout: 1m } }\n` });
    git('checkout', '-q', 'master');
    expect(await drift()).toEqual([
      expect.stringContaining(
        'slipway.yaml of branch stable-2.2 has 1 errors and was not compared; the first: "timout" is not',
      ),
    ]);
  });

  test('outside a repository it is said that nothing was compared', async () => {
    await rm(join(folder, '.git'), { recursive: true });
    await put({ 'slipway.yaml': MAIN + agents('30m') });
    expect(await drift()).toEqual([
      expect.stringMatching(/^slipway\.yaml:4:21: note: The branches of lines were not compared: not a git repository/),
    ]);
  });
});
