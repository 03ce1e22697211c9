import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, openSync } from 'node:fs';
import { afterEach, describe, expect, test } from 'vitest';
import { PROGRAM } from '../support/program.ts';
import { Project } from '../support/project.ts';
import { GATED, PLAIN, withCommand } from '../support/project-configs.ts';

const opened: Project[] = [];
afterEach(async () => {
  for (const project of opened.splice(0)) await project.remove();
});

const open = async (config?: string): Promise<Project> => {
  const project = await Project.create(config);
  opened.push(project);
  return project;
};

describe('a dry run', () => {
  test('of any verb writes nothing: not the journal, not the origin, not the folder', { timeout: 90_000 }, async () => {
    const project = await open(GATED);
    const nothingChanges = async (...args: string[]): Promise<string> => {
      const before = [
        project.tree(),
        existsSync(project.path('.slipway')) ? (await project.run('journal', 'export')).stdout : '',
      ];
      const { stdout, stderr, exit } = await project.run(...args, '--dry-run');
      expect([args.join(' '), exit, stderr]).toEqual([args.join(' '), 0, '']);
      const after = [
        project.tree(),
        existsSync(project.path('.slipway')) ? (await project.run('journal', 'export')).stdout : '',
      ];
      expect(after).toEqual(before);
      return stdout;
    };
    await nothingChanges('init');
    await nothingChanges('plan', 'main');
    await nothingChanges('run', 'main');
    await project.run('plan', 'main');
    expect(await nothingChanges('build', 'main-1.1')).toContain('This would do: fetch:app, tar.');
    await nothingChanges('stage', 'main-1.1');
    await nothingChanges('cancel', 'main-1.1', '--reason', 'x');
    await project.run('stage', 'main-1.1');
    expect(await nothingChanges('verify', 'main-1.1')).toContain('This would do: verify.');
    await project.run('verify', 'main-1.1');
    expect(await nothingChanges('resume', 'main-1.1')).toContain('wait for gate lead, promote, verify live');
    await nothingChanges('approve', 'main-1.1');
    await nothingChanges('reject', 'main-1.1', '--reason', 'x');
    await project.run('approve', 'main-1.1');
    await nothingChanges('withdraw', 'main-1.1');
    expect(await nothingChanges('promote', 'main-1.1')).toContain('This would do: promote, verify live.');
    await nothingChanges('abandon', 'main-1.1', '--reason', 'x');
    await project.run('promote', 'main-1.1', '--yes');
    expect(await nothingChanges('undo', 'main-1.1')).toContain('generation 2');
  });

  test('is refused what the verb would be refused', async () => {
    const project = await open(PLAIN);
    await project.run('plan', 'main');
    for (const args of [
      ['plan', 'main'],
      ['promote', 'main-1.1'],
      ['undo', 'main-1.1'],
    ]) {
      expect([args[0], (await project.run(...args, '--dry-run')).exit]).toEqual([args[0], 6]);
    }
  });
});

test('a repository that git refuses to read is told: it would decide about the date in the packages', async () => {
  const project = await open(PLAIN);
  const silent = await project.run('plan', 'main', '--dry-run');
  expect(silent.stderr).not.toContain('git');
  project.write('.git', 'not what git writes here\n');
  const told = await project.run('plan', 'main', '--dry-run');
  expect(told).toMatchObject({ exit: 0, stderr: expect.stringContaining('warning: git log in') });
});

describe('what other people wrote', () => {
  const HOSTILE = '\u001b]0;owned\u0007\u001b[2J\u202eredro\u009b31m';

  test('cannot act on the terminal: logs, reasons, names', async () => {
    const project = await open(
      withCommand(`printf '\\033[2Jcleared\\007\\n'; printf '\\033]0;title\\007' >&2; exit 3`),
    );
    const spoken: string[] = [];
    const say = async (...args: string[]): Promise<void> => {
      const { stdout, stderr } = await project.run(...args);
      spoken.push(stdout, stderr);
    };
    await say('run', 'main');
    await say('cancel', 'main-1.1', '--reason', HOSTILE);
    await say('resume', 'main-1.1', '--skip', 'verify', '--reason', HOSTILE);
    for (const verb of ['status', 'show', 'logs']) await say(verb, 'main-1.1');
    await say('logs', 'main-1.1', HOSTILE);
    await say('show', HOSTILE);
    await say(HOSTILE);
    await say('journal', 'show');
    await say('journal', 'export');
    await say('status', '--output', 'json');
    await say('abandon', 'main-1.1', '--yes', '--reason', HOSTILE);
    await say('list');
    const all = spoken.join('');
    expect(all).toContain('\\x1b[2Jcleared\\x07');
    expect(all).toContain('skipped verify');
    expect(all.match(/(?![\t\n])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu)).toBeNull();
  });
});

describe('places', () => {
  test('--state and SLIPWAY_STATE name another journal, and a wrong one is no empty one', async () => {
    const project = await open(PLAIN);
    expect((await project.run('run', 'main', '--state', 'elsewhere')).exit).toBe(0);
    expect(existsSync(project.path('.slipway'))).toBe(false);
    expect((await project.run('list')).stdout).toContain('No release yet.');
    const named = await project.start(['list'], { env: { SLIPWAY_STATE: 'elsewhere' } }).ended();
    expect(named.stdout).toContain('main-1.1');
    expect((await project.start(['list'], { env: { SLIPWAY_STATE: 'elsewher' } }).ended()).exit).toBe(2);
    expect((await project.run('--state', 'elsewhere', 'list')).stdout).toContain('main-1.1');
  });

  test('a verb finds config and journal from a folder below, and overrides from the environment', async () => {
    const project = await open(PLAIN);
    const inside = { cwd: project.path('build') };
    const env = { SLIPWAY_ORIGIN__PUBLIC: 'https://other.example.org' };
    const checked = await project.start(['check', '--explain', 'origin.public'], { ...inside, env }).ended();
    expect(checked.stdout).toMatch(/origin\.public: "https:\/\/other\.example\.org" +\(SLIPWAY_ORIGIN__PUBLIC\)/);
    const set = await project
      .start(['check', '--explain', 'origin.public', '--set', 'origin.public=https://third.example.org'], {
        ...inside,
        env,
      })
      .ended();
    expect(set.stdout).toContain('https://third.example.org');
    expect((await project.start(['plan', 'main'], inside).ended()).exit).toBe(0);
    expect(existsSync(project.path('.slipway/journal.db'))).toBe(true);
  });

  test('a verb about a release makes no journal where there is none', async () => {
    const project = await open();
    for (const verb of ['resume', 'promote', 'undo', 'verify']) await project.run(verb, 'main-1.1', '--output', 'json');
    expect(project.tree()).toEqual([]);
  });

  test('init twice keeps what is there, and what it writes passes check', async () => {
    const project = await open();
    expect((await project.run('init', 'greeter')).stdout).toMatch(
      /wrote slipway\.yaml\n[\s\S]*signing key [0-9A-F]{40}/,
    );
    const before = project.tree();
    expect((await project.run('init', 'greeter')).stdout).toMatch(/kept slipway\.yaml[\s\S]*kept release-key\.asc/);
    expect(project.tree()).toEqual(before);
    expect((await project.run('check')).exit).toBe(0);
  });

  test('check says each finding with file, line, column, remedy and code, the worst first', async () => {
    const project = await open(`${PLAIN}agents:\n  linux: { timout: 30m }\n`);
    const { exit, stdout } = await project.run('check');
    expect(exit).toBe(2);
    expect(stdout.split('\n')[0]).toBe(
      'slipway.yaml:12:12: error: "timout" is not a key of agents.linux. Write "timeout". [SLIP_CONFIG_UNKNOWN_KEY]',
    );
    const { document } = await project.json('check');
    expect((document['findings'] as unknown[])[0]).toEqual({
      file: 'slipway.yaml',
      line: 12,
      column: 12,
      severity: 'error',
      happened: '"timout" is not a key of agents.linux.',
      remedy: 'Write "timeout".',
      code: 'SLIP_CONFIG_UNKNOWN_KEY',
    });
  });
});

test('output to a full disk: what only reads has failed, what was done is done, and both say so', async () => {
  const project = await open(PLAIN);
  const full = openSync('/dev/full', 'w');
  const ran = (...args: string[]) => {
    const { status, stderr } = spawnSync(process.execPath, [PROGRAM, ...args], {
      cwd: project.folder,
      stdio: ['ignore', full, 'pipe'],
      encoding: 'utf8',
    });
    return { status, stderr };
  };
  const warned = { stderr: expect.stringContaining('warning: output could not be written and ends here: ENOSPC') };
  expect(ran('plan', 'main')).toMatchObject({ status: 0, ...warned });
  expect(ran('status')).toMatchObject({ status: 1, ...warned });
  expect(ran('list', '--output', 'json')).toMatchObject({ status: 1, ...warned });
  closeSync(full);
  expect((await project.run('list')).stdout).toContain('main-1.1');
});
