import { spawnSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ConfigInvalidError } from '../../domain/config/config-invalid-error.ts';
import { formatFinding } from '../../domain/config/finding.ts';
import { initialConfig, projectName } from '../../domain/config/initial-config.ts';
import { ConfigNotYetError, refuseNotYet } from '../../domain/config/not-yet.ts';
import type { LoadedConfig } from '../../ports/config-source.ts';
import { loadConfig } from './load-config.ts';

const examples = fileURLToPath(new URL('../../../examples/hello', import.meta.url));
const twoSystems = fileURLToPath(new URL('fixtures/two-systems', import.meta.url));

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-config-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const lines = (loaded: LoadedConfig, ...severities: string[]) =>
  loaded.findings.filter(({ severity }) => severities.includes(severity)).map(formatFinding);

const load = async (text: string | Uint8Array, env: Record<string, string> = {}) => {
  await writeFile(join(folder, 'slipway.yaml'), text);
  return await loadConfig({ cwd: folder, env });
};

const SMALL = `version: 1
project: hello
lines: { main: { versions: "1.{n}", channel: stable } }
sources: { app: { path: . } }
packages: { tar: { uses: tar, inputs: [app], with: { files: { app/hello: hello } } } }
signing: { gpg: { key: "env:RELEASE_KEY" } }
origin: { url: ./public, public: "https://pkg.example.org" }
repositories: { files: { type: files } }
channels: { stable: { files: download } }
`;

describe('the five-minute file', () => {
  test('is a config as it stands, and a note says that the key is not there yet', async () => {
    const loaded = await loadConfig({ cwd: examples, env: {} });
    expect(lines(loaded, 'error')).toEqual([]);
    expect(lines(loaded, 'warning').filter((line) => !line.includes('release-key.asc'))).toEqual([
      'slipway.yaml:11:1: warning: origin has no "public": client files will name a folder of this machine. Add the URL users read it at, such as public: https://pkg.example.org. [SLIP_CONFIG_NO_PUBLIC]',
    ]);
    const { config } = loaded;
    expect(config?.packages['deb']).toMatchObject({
      kind: 'uses',
      uses: 'deb',
      with: { name: 'hello', summary: 'hello', maintainer: 'hello <noreply@localhost>', arch: 'all' },
    });
    expect(config?.lines['main']?.steps.map((step) => step.uses)).toEqual([
      'build',
      'stage',
      'verify',
      'promote',
      'verify',
    ]);
    expect(config?.lines['main']?.steps[3]).toMatchObject({ order: ['files', 'apt'], deadlineMs: 2_700_000 });
    expect(config?.repositories['apt']).toMatchObject({ sign: 'gpg', suite: 'stable', keepMs: 604_800_000 });
    expect(config?.origin.path).toBe(join(examples, 'public'));
    expect(config?.signing['gpg']).toEqual({ kind: 'key', key: `file:${join(examples, 'release-key.asc')}` });
    expect(config?.notYet).toEqual([]);
    expect(() => refuseNotYet(config!, 'main')).not.toThrow();
  });
});

describe('the file of two lines and two systems', () => {
  test('is valid; what has no machinery yet is noted once each, with its place', async () => {
    const loaded = await loadConfig({ cwd: twoSystems, env: {} });
    expect(lines(loaded, 'error')).toEqual([]);
    expect(loaded.config?.notYet.map(({ path }) => path)).toEqual([
      'server',
      'lines.weekly.schedule',
      'lines.stable.checklist',
      'clusters.main',
      'agents.linux.cluster',
      'agents.windows.cluster',
      'packages.msi.containers[1].env.CERT_PASSWORD',
      'origin.url',
      'repositories.yum',
      'repositories.files.latest',
      'repositories.tag',
      'windows[0]',
      'freezes[0]',
      'mirrors',
      'steps[2].with.clients[0]',
      'steps[2].with.clients[1]',
      'steps[2].with.clients[2]',
      'steps[2].with.clients[3]',
      'steps[4]',
      'cdn',
      'watch',
      'alerts',
      'postmortem',
    ]);
    expect(lines(loaded, 'note')).toContain(
      'slipway.yaml:5:1: note: server is legal, but this slipway cannot act on it yet (the server). "slipway plan" refuses the lines that use it; take it out to release now. [SLIP_CONFIG_NOT_YET]',
    );
  });

  test('plan refuses a line, naming every key that concerns it and none that concerns another line only', async () => {
    const { config } = await loadConfig({ cwd: twoSystems, env: {} });
    const weekly = refusal(() => refuseNotYet(config!, 'weekly'));
    expect(weekly).toContain('slipway.yaml:12:5: lines.weekly.schedule (schedules)');
    expect(weekly).not.toContain('lines.stable');
    expect(weekly).not.toContain('windows[0]');
    const stable = refusal(() => refuseNotYet(config!, 'stable'));
    expect(stable).toContain('slipway.yaml:18:5: lines.stable.checklist (checklists)');
    expect(stable).toContain('windows[0] (promotion windows)');
  });

  test("conditions on Slipway's own steps, and upgrades from a named version, are refused and not dropped", async () => {
    const { config } = await load(`${SMALL}steps:
  - uses: build
  - { uses: stage, continueOnError: false }
  - { uses: verify, with: { view: staging, upgradeFrom: "1.0" }, continueOnError: true }
  - { uses: promote, if: "channel == 'beta'" }
`);
    const text = refusal(() => refuseNotYet(config!, 'main'));
    expect(text).toContain('steps[3].if (');
    expect(text).toContain('steps[2].continueOnError (');
    expect(text).toContain('steps[2].with.upgradeFrom (');
    expect(text).not.toContain('steps[1]');
  });

  test('an agent in a cluster stops only the lines whose packages or steps use it', async () => {
    const { config } = await load(
      `${SMALL.replace('main:', 'weekly: { versions: "2.{n}", channel: weekly, packages: [msi] }, main:').replace(
        '"1.{n}", channel: stable',
        '"1.{n}", channel: stable, packages: [tar]',
      )}
clusters: { c: { namespace: release } }
server: { url: "https://slipway.example.org" }
agents: { pods: { cluster: c, image: "a@sha256:0", resources: { cpu: 1, memory: 1Gi } } }
`
        .replace(
          'packages: { tar:',
          'packages: { msi: { agent: pods, run: make, inputs: [app], outputs: ["*.msi"] }, tar:',
        )
        .replace('channels: {', 'channels: { weekly: { files: weekly },'),
    );
    expect(refusal(() => refuseNotYet(config!, 'weekly'))).toContain('agents.pods.cluster');
    const main = refusal(() => refuseNotYet(config!, 'main'));
    expect(main).not.toContain('agents.pods');
    expect(main).not.toContain('clusters.c');
    expect(main).toContain('server (the server)');
  });

  test('each value tells where it is from', async () => {
    const { explain } = await loadConfig({
      cwd: twoSystems,
      env: { SLIPWAY_AGENTS__WINDOWS__RETRY__DELAY: '10s' },
      set: [['agents.windows.keepFailed', '2h']],
    });
    const from = Object.fromEntries(explain('agents.windows').map((value) => [value.path, value.from]));
    expect(from).toMatchObject({
      'agents.windows.os': 'slipway.yaml:31:9',
      'agents.windows.timeout': 'extends agents.linux (slipway.yaml:28:14)',
      'agents.windows.shell': 'default',
      'agents.windows.retry.attempts': 'slipway.yaml:36:24',
      'agents.windows.retry.delay': 'SLIPWAY_AGENTS__WINDOWS__RETRY__DELAY',
      'agents.windows.keepFailed': '--set agents.windows.keepFailed',
    });
    expect(explain('packages.deb.timeout')).toEqual([
      { path: 'packages.deb.timeout', value: '30m', from: 'agents.linux.timeout (slipway.yaml:28:14)' },
    ]);
    expect(explain('lines.stable.steps[1].with.keep')).toEqual([
      { path: 'lines.stable.steps[1].with.keep', value: '21d', from: 'steps[1].with.keep (slipway.yaml:84:34)' },
    ]);
    expect(explain('agents.nobody')).toEqual([]);
  });
});

function refusal(refuse: () => void): string {
  try {
    refuse();
  } catch (error) {
    if (error instanceof ConfigNotYetError) return error.message;
    throw error;
  }
  return 'not refused';
}

describe('finding the file', () => {
  test('it is found in the folder or above it, under any of its names', async () => {
    await mkdir(join(folder, 'a/b'), { recursive: true });
    await writeFile(join(folder, '.slipway.yml'), SMALL);
    const loaded = await loadConfig({ cwd: join(folder, 'a/b'), env: {} });
    expect(loaded.path).toBe(join(folder, '.slipway.yml'));
    expect(loaded.files[0]?.file).toBe('../../.slipway.yml');
    expect(loaded.config?.baseDir).toBe(folder);
  });

  test('none, two in one folder, a name that is not there and a folder each say so', async () => {
    const none = await loadConfig({ cwd: folder, env: {}, file: 'other.yaml' });
    expect(lines(none, 'error')).toEqual([
      'other.yaml: error: other.yaml cannot be read: there is no such file. Name a file that this user can read with --config. [SLIP_CONFIG_NOT_FOUND]',
    ]);
    expect(lines(await loadConfig({ cwd: folder, env: {}, file: '.' }), 'error')[0]).toContain('it is a folder');
    const found = await loadConfig({ cwd: folder, env: {} });
    expect(found.findings[0]).toMatchObject({ code: 'SLIP_CONFIG_NOT_FOUND', severity: 'error' });
    await writeFile(join(folder, 'slipway.yaml'), SMALL);
    await writeFile(join(folder, '.slipway.yaml'), SMALL);
    expect(lines(await loadConfig({ cwd: folder, env: {} }), 'error')).toEqual([
      'slipway.yaml: error: One folder holds several configs: slipway.yaml, .slipway.yaml. Keep one, or name one with --config. [SLIP_CONFIG_TWO_FILES]',
    ]);
    const named = await loadConfig({ cwd: folder, env: {}, file: '.slipway.yaml' });
    expect(lines(named, 'error')).toEqual([]);
  });

  test('a file that may not be read is told, not thrown', async () => {
    await writeFile(join(folder, 'slipway.yaml'), SMALL);
    await chmod(join(folder, 'slipway.yaml'), 0);
    await chmod(folder, 0o755);
    const loaded = await asNobody(() => loadConfig({ cwd: folder, env: {} }));
    expect(lines(loaded, 'error')[0]).toContain('SLIP_CONFIG_UNREADABLE');
  });
});

describe('bytes', () => {
  test('a byte order mark and Windows line ends change nothing, places included', async () => {
    const plain = await load(`${SMALL}timezone: Nowhere\n`);
    const marked = await load(`\ufeff${SMALL.replaceAll('\n', '\r\n')}timezone: Nowhere\r\n`);
    expect(lines(marked, 'error')).toEqual(lines(plain, 'error'));
    expect(lines(plain, 'error')[0]).toMatch(/^slipway\.yaml:10:11: /);
    expect((await load(`\ufeff${SMALL}`)).digest).toBe((await load(SMALL)).digest);
  });

  test.each([
    ['an empty file', '', 'slipway.yaml:1:1: error: The file is empty.'],
    ['blank lines', '\n  \n', 'slipway.yaml:1:1: error: The file is empty.'],
    ['UTF-16', Buffer.from(`\ufeff${SMALL}`, 'utf16le'), 'slipway.yaml:1:1: error: The file is not UTF-8 text.'],
    ['Latin-1', Buffer.from('project: h\xe9llo\n', 'latin1'), 'slipway.yaml:1:1: error: The file is not UTF-8 text.'],
    ['a zero byte', 'project: a\0b\n', 'slipway.yaml:1:1: error: The file is not UTF-8 text.'],
    [
      'more than 5 MB',
      `# ${'x'.repeat(5 * 1024 * 1024)}\n`,
      'slipway.yaml:1:1: error: The file has 5.0 MB; 5 MB is the most.',
    ],
    ['5 MB of commas', `a: [${'1,'.repeat(2_400_000)}1]\n`, 'The file has more than 300000 words and marks.'],
    [
      '100,000 brackets',
      `a: ${'['.repeat(100_000)}`,
      'slipway.yaml:1:67: error: Maps and lists are nested more than 64 deep.',
    ],
    ['100,000 dashes', `a:\n ${'- '.repeat(100_000)}x\n`, 'slipway.yaml:2:'],
    ['100,000 question marks', `${'? '.repeat(100_000)}x\n`, 'slipway.yaml:1:'],
  ])('%s is refused in one line', async (_, text, said) => {
    const errors = lines(await load(text), 'error');
    expect(errors).toHaveLength(1);
    expect(errors[0]).toContain(said);
  });

  test('aliases are written out, and a mistake in an anchor is told at the anchor', async () => {
    const text = `${SMALL}agents:\n  a: &a { timeout: 10m }\n  b: *a\n  c: &c { timout: 10m }\n  d: *c\n`;
    expect(lines(await load(text), 'error')).toEqual([
      'slipway.yaml:13:11: error: "timout" is not a key of agents.c. Write "timeout". [SLIP_CONFIG_UNKNOWN_KEY]',
      'slipway.yaml:13:11: error: "timout" is not a key of agents.d. Write "timeout". [SLIP_CONFIG_UNKNOWN_KEY]',
    ]);
    const { config } = await load(text.replaceAll('timout', 'timeout'));
    expect(config?.agents['b']?.timeoutMs).toBe(600_000);
  });

  test('a long honest file of nearly 5 MB is read', async () => {
    const row = (index: number) => `  v${index}: ${'x'.repeat(100)}\n`;
    const rows = Array.from({ length: 20_000 }, (_, index) => row(index)).join('');
    const { config, findings } = await load(`${SMALL}vars:\n${rows}`);
    expect(findings.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(Object.keys(config?.vars ?? {})).toHaveLength(20_000);
  });

  test('names of JavaScript are names like any other', async () => {
    const text = SMALL.replace('{ app: { path: . } }', '{ app: { path: . }, constructor: { path: . } }').replace(
      'inputs: [app]',
      'inputs: [app, constructor]',
    );
    expect(lines(await load(text), 'error')).toEqual([]);
    expect(
      lines(await load(SMALL.replace('inputs: [app]', 'agent: constructor, inputs: [app]')), 'error')[0],
    ).toContain('packages.tar.agent is "constructor", which is not in agents.');
    expect(lines(await load(`${SMALL}vars: { __proto__: x }\n`), 'error')[0]).toContain('SLIP_CONFIG_KEY_TYPE');
  });
});

describe('overrides', () => {
  const env = { SLIPWAY_AGENTS__BIG_ONE__TIMEOUT: '45m', SLIPWAY_ORIGIN__PUBLIC: 'https://mirror.example.org' };
  const text = `${SMALL}agents: { big-one: { timeout: 10m } }\n`;

  test('the environment sets scalars, case ignored and "-" as "_"; --set comes last; check prints them', async () => {
    await writeFile(join(folder, 'slipway.yaml'), text);
    const loaded = await loadConfig({ cwd: folder, env, set: [['origin.public', 'https://set.example.org']] });
    expect(loaded.config?.agents['big-one']?.timeoutMs).toBe(2_700_000);
    expect(loaded.config?.origin.public).toBe('https://set.example.org');
    expect(loaded.config?.overrides).toEqual({
      'agents.big-one.timeout': '45m',
      'origin.public': 'https://set.example.org',
    });
    expect(lines(loaded, 'note')).toContain(
      'SLIPWAY_AGENTS__BIG_ONE__TIMEOUT: note: agents.big-one.timeout is "45m" instead of "10m" of slipway.yaml:10:31. The plan records it. [SLIP_CONFIG_OVERRIDDEN]',
    );
    expect(lines(loaded, 'note')).toContain(
      '--set origin.public: note: origin.public is "https://set.example.org" instead of "https://mirror.example.org" of SLIPWAY_ORIGIN__PUBLIC. The plan records it. [SLIP_CONFIG_OVERRIDDEN]',
    );
  });

  test('they are in the digest; other variables of the environment are none', async () => {
    const plain = await load(text, { SLIPWAY_STATE: '/tmp/x', HOME: '/root' });
    expect(plain.config?.overrides).toEqual({});
    expect((await load(text, env)).digest).not.toBe(plain.digest);
    // Even when the value is the one the file has: it was given from outside.
    expect((await load(text, { SLIPWAY_AGENTS__BIG_ONE__TIMEOUT: '10m' })).digest).not.toBe(plain.digest);
  });

  test('numbers and truths are read as what their key takes', async () => {
    const loaded = await load(text, {
      SLIPWAY_AGENTS__BIG_ONE__RETRY__ATTEMPTS: '2',
      SLIPWAY_PACKAGES__TAR__IDEMPOTENT: 'false',
      SLIPWAY_PACKAGES__TAR__WITH__VERSION: '2.10',
    });
    expect(lines(loaded, 'error')).toEqual([]);
    expect(loaded.config?.agents['big-one']?.retry.attempts).toBe(2);
    expect(loaded.config?.packages['tar']).toMatchObject({ idempotent: false, with: { version: '2.10' } });
  });

  test.each([
    [{ SLIPWAY_AGENTS__BIG_ONE__TIMOUT: '1m' }, '"TIMOUT" is not a key of agents.big-one. Write "timeout".'],
    [{ SLIPWAY_AGENTS__NOBODY__TIMEOUT: '1m' }, '"NOBODY" is not a key of agents. Write one of: big-one.'],
    [{ SLIPWAY_LINES__MAIN__CHANNEL: 'x' }, 'lines cannot be overridden: it changes in review. Change the file.'],
    [{ SLIPWAY_TEAMS__A: 'x' }, '"A" is not a key of teams. Add it to the file first.'],
    [{ SLIPWAY_PACKAGES__TAR__INPUTS: 'app' }, 'packages.tar.inputs is no single value.'],
    [{ SLIPWAY_PACKAGES__TAR: 'app' }, 'packages.tar is no single value.'],
    [{ SLIPWAY_AGENTS__BIG_ONE__TIMEOUT: 'soon' }, 'agents.big-one.timeout is "soon". Write a duration'],
    [{ SLIPWAY_SIGNING__GPG__KEY: 'hunter2' }, 'signing.gpg.key holds a literal.'],
  ])('an override that fits nothing is an error: %j', async (wrong, said) => {
    const loaded = await load(text, wrong);
    const [error = ''] = lines(loaded, 'error');
    expect(error).toContain(said);
    expect(error.startsWith(Object.keys(wrong)[0] ?? '')).toBe(true);
    expect(lines(loaded, 'error', 'warning', 'note').join('\n')).not.toContain('hunter2');
  });

  test('a path of --set that is none is told', async () => {
    await writeFile(join(folder, 'slipway.yaml'), text);
    const loaded = await loadConfig({ cwd: folder, env: {}, set: [['..', 'x']] });
    expect(lines(loaded, 'error')[0]).toContain('"--set .." is no key path.');
  });
});

describe('digest', () => {
  test('a comment, the order of keys, the folder and alerts do not change it; every value does', async () => {
    const { digest } = await load(SMALL);
    expect((await load(`# a comment\n${SMALL}`)).digest).toBe(digest);
    expect((await load(SMALL.split('\n').reverse().join('\n'))).digest).toBe(digest);
    const alerts =
      'alerts: { receivers: { a: { type: pagerduty, key: "env:A" } }, routes: [{ on: ["*"], to: [a] }] }\n';
    expect((await load(SMALL + alerts)).digest).toBe(digest);
    expect((await load(`${SMALL}mirrors: { a: { url: "https://a.example.org" } }\n`)).digest).not.toBe(digest);
    expect((await load(SMALL.replace('./public', './other'))).digest).not.toBe(digest);

    const other = await mkdtemp(join(tmpdir(), 'slipway-moved-'));
    await writeFile(join(other, 'slipway.yaml'), SMALL);
    const moved = await loadConfig({ cwd: other, env: {} });
    await rm(other, { recursive: true });
    expect(moved.digest).toBe(digest);
  });
});

describe('init', () => {
  test.each(['hello', 'my-app'])('its file passes check once the build and the key exist: %s', async (project) => {
    await mkdir(join(folder, 'build'));
    await writeFile(join(folder, 'build', project), '#!/bin/sh\n');
    await writeFile(join(folder, 'release-key.asc'), 'key');
    const loaded = await load(initialConfig(project));
    expect(lines(loaded, 'error')).toEqual([]);
    expect(lines(loaded, 'warning')).toEqual([expect.stringContaining('SLIP_CONFIG_NO_PUBLIC')]);
    expect(initialConfig(project).split('\n')[0]).toMatch(/^# yaml-language-server: \$schema=/);
    expect(loaded.config?.project).toBe(project);
  });

  test('before that it still passes, and check says what is missing', async () => {
    const loaded = await load(initialConfig('hello'));
    expect(lines(loaded, 'error')).toEqual([]);
    expect(lines(loaded, 'warning').join('\n')).toMatch(
      /names build, which is not there[\s\S]*release-key\.asc, which is not there/,
    );
  });

  test('a project name is made of any folder name', () => {
    expect(['My App_2', '---', 'jenkins', 'Ünïcode'].map(projectName)).toEqual([
      'my-app-2',
      'my-project',
      'jenkins',
      'n-code',
    ]);
  });
});

test('what is said without being wrong: no alerts, a source nobody uses, what only a cluster can tell', async () => {
  const said = async (text: string) => lines(await load(text), 'note').map((line) => line.replace(/^.*?: note: /, ''));
  expect(await said(SMALL)).toEqual([
    'There are no alerts: nobody will be told of an error. Look at "slipway status" yourself. [SLIP_CONFIG_NOBODY_TOLD]',
  ]);
  expect(await said(SMALL.replace('{ app:', '{ spare: { path: . }, app:'))).toContain(
    'sources.spare is no input of any package. Remove it, or add it to inputs. [SLIP_CONFIG_NOT_USED]',
  );
  const { findings } = await loadConfig({ cwd: twoSystems, env: {} });
  expect(findings.map(({ code }) => code)).toContain('SLIP_CONFIG_NOT_CHECKED');
});

test('an invalid config names every error in one message, exit 2', async () => {
  const { findings } = await load(`${SMALL}timezone: Nowhere\nvars: { a: 1.10 }\n`);
  const error = new ConfigInvalidError(findings);
  expect(error.exitCode).toBe(2);
  expect(error.message.split('\n')).toHaveLength(3);
});

test('secrets never leave through messages or explain, only references do', async () => {
  const text = SMALL.replace('"env:RELEASE_KEY"', '"s3cr3t-key"').replace(
    'signing:',
    'cdn: { a: { type: fastly, url: "https://a.example.org", service: s3cr3t, token: 5334 } }\nsigning:',
  );
  const loaded = await load(text);
  const said = lines(loaded, 'error', 'warning', 'note').join('\n');
  expect(said).toContain('SLIP_CONFIG_LITERAL_SECRET');
  expect(said).not.toMatch(/s3cr3t|5334/);
  expect(JSON.stringify(loaded.explain(''))).not.toMatch(/s3cr3t|5334/);
});

test('the example has the program that its packages are made of', async () => {
  const { stdout } = spawnSync(join(examples, 'build/hello'), { encoding: 'utf8' });
  expect(stdout).toBe('hello\n');
  expect(await readFile(join(examples, 'slipway.yaml'), 'utf8')).toContain('app: { path: build }');
});

/** Root may read every file: it gives up that right for the time of `action`. */
async function asNobody<Result>(action: () => Promise<Result>): Promise<Result> {
  if (process.geteuid?.() !== 0) return action();
  process.seteuid?.(65_534);
  try {
    return await action();
  } finally {
    process.seteuid?.(0);
  }
}
