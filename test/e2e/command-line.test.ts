import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { afterEach, describe, expect, test } from 'vitest';
import { Project, until } from '../support/project.ts';
import { GATED, hasBegun, heldProject, PLAIN, withCommand } from '../support/project-configs.ts';

const opened: Project[] = [];
afterEach(async () => {
  for (const project of opened.splice(0)) await project.remove();
});

const open = async (config?: string): Promise<Project> => {
  const project = await Project.create(config);
  opened.push(project);
  return project;
};

const held = async (more?: string): ReturnType<typeof heldProject> => {
  const it = await heldProject(more);
  opened.push(it.project);
  return it;
};

describe('exit codes', () => {
  test('0 for a release that users see, 1 for a command that failed', async () => {
    const project = await open(withCommand('test ! -e app/broken'));
    expect(await project.run('run', 'main')).toMatchObject({
      exit: 0,
      stdout: expect.stringContaining('done: main-1.1 is live'),
    });
    project.write('build/broken', '');
    const failed = await project.run('run', 'main');
    expect(failed).toMatchObject({ exit: 1, stdout: expect.stringMatching(/^failed: .*\[STEP_FAILED\]\nnext: /) });
    expect((await project.run('status', 'main-1.2')).stdout).toMatch(
      /note +FAILED[\s\S]*stopped .*\[STEP_FAILED\][\s\S]*next: slipway resume main-1.2/,
    );
  });

  test('2 for what is written wrong, with the nearest thing that is right', async () => {
    const project = await open(PLAIN);
    const cases: readonly (readonly [args: readonly string[], says: string])[] = [
      [['stauts'], 'Write "status".'],
      [['status', '--outptu', 'json'], 'Write "--output".'],
      [['status', '--output', 'yaml'], 'text, json'],
      [['plan'], 'LINE is missing.'],
      [['plan', 'main', 'more'], 'more than it takes'],
      [['plan', 'mian'], 'main'],
      [['plan', 'main', '--set', 'nonsense'], 'PATH=VALUE'],
      [['status', 'main-9.9'], 'no release main-9.9'],
      [['journal', 'shwo'], 'show, export or verify'],
      [['abandon', 'main-1.1'], '--reason'],
    ];
    await project.run('plan', 'main');
    for (const [args, says] of cases) {
      const { exit, stderr, stdout } = await project.run(...args);
      expect([args.join(' '), exit, stdout]).toEqual([args.join(' '), 2, '']);
      expect(stderr).toContain(says);
      expect(stderr).toMatch(/\[SLIP_[A-Z_]+\]/);
    }
  });

  test('2 where somebody has to say yes and nobody is there', async () => {
    const project = await open(GATED);
    await project.run('run', 'main');
    await project.run('approve', 'main-1.1');
    for (const args of [
      ['promote', 'main-1.1'],
      ['abandon', 'main-1.1', '--reason', 'x'],
    ]) {
      const before = await project.run('journal', 'export');
      expect(await project.run(...args)).toMatchObject({ exit: 2, stderr: expect.stringContaining('--yes') });
      expect(await project.run('journal', 'export')).toEqual(before);
    }
    expect((await project.run('promote', 'main-1.1', '--yes')).exit).toBe(0);
    expect((await project.run('undo', 'main-1.1')).exit).toBe(2);
    // What would be refused is refused before anybody is asked.
    expect((await project.run('abandon', 'main-1.1', '--reason', 'x')).exit).toBe(6);
  });

  test('3 while a gate waits, saying whom and how', async () => {
    const project = await open(GATED);
    const waiting = await project.run('run', 'main');
    expect(waiting.exit).toBe(3);
    const { stdout } = await project.run('status');
    expect(stdout).toMatch(/gate lead +waiting +.*0 of 1 approvals/);
    expect(stdout).toMatch(/next: slipway approve main-1.1 --gate lead --digest [0-9a-f]{12}/);
  });

  test('4 when a client does not accept what was staged', async () => {
    const project = await open(PLAIN);
    await project.run('plan', 'main');
    expect((await project.run('stage', 'main-1.1')).exit).toBe(0);
    const sums = project.path('public/pool/stable/files/1.1/SHA256SUMS');
    writeFileSync(sums, `${readFileSync(sums, 'utf8').replace(/[0-9a-f]{8}/, '00000000')}`);
    const refused = await project.run('verify', 'main-1.1');
    expect(refused).toMatchObject({ exit: 4, stdout: expect.stringContaining('[VERIFY_FAILED]') });
    expect((await project.run('promote', 'main-1.1', '--yes')).exit).toBe(6);
    expect(existsSync(project.path('public/gen/stable/current'))).toBe(false);
  });

  test('6 when the line is taken, or another process works on the release', async () => {
    const { project, go } = await held();
    const running = project.start(['run', 'main']);
    await hasBegun(project);
    for (const args of [
      ['run', 'main'],
      ['plan', 'main'],
      ['resume', 'main-1.1'],
      ['promote', 'main-1.1', '--yes'],
    ]) {
      const { exit, stderr } = await project.run(...args);
      expect([args.join(' '), exit]).toEqual([args.join(' '), 6]);
      expect(stderr).toContain('main-1.1');
    }
    go();
    expect((await running.ended()).exit).toBe(0);
  });

  test('130 after Ctrl-C: the command goes on, and resume goes on with its log', async () => {
    const { project, go } = await held();
    const running = project.start(['run', 'main']);
    await hasBegun(project);
    running.signal('SIGINT');
    expect(await running.ended()).toMatchObject({
      exit: 130,
      stderr: expect.stringContaining('Stopping where it is safe'),
      stdout: expect.stringContaining('next: slipway resume main-1.1'),
    });
    expect((await project.run('status')).stdout).toContain('nobody is conducting it; note may still run by itself');
    const resumed = project.start(['resume', 'main-1.1']);
    await until('its log goes on', () => resumed.stderr.includes('note> begun'));
    go();
    const { exit, stderr } = await resumed.ended();
    expect(exit).toBe(0);
    expect(stderr.split('note> begun')).toHaveLength(2);
    expect(stderr.indexOf('note> ended')).toBeLessThan(stderr.indexOf('note: done'));
  });

  test('130 in one JSON document too', async () => {
    const { project, go } = await held();
    const running = project.start(['run', 'main', '--output', 'json']);
    await hasBegun(project);
    running.signal('SIGINT');
    const { exit, stdout } = await running.ended();
    expect([exit, JSON.parse(stdout)]).toEqual([130, expect.objectContaining({ exit: 130, release: 'main-1.1' })]);
    const following = project.start(['logs', 'main-1.1', '--follow', '--output', 'json']);
    await until('lines', () => following.stdout.includes('begun'));
    following.signal('SIGINT');
    const followed = await following.ended();
    expect([followed.exit, JSON.parse(followed.stdout)]).toEqual([130, expect.objectContaining({ exit: 130 })]);
    go();
  });
});

test('all of a log is told, and told before its step is said to be done', async () => {
  const project = await open(withCommand('seq -f "line %.0f" 1 20000'));
  const { exit, stderr } = await project.run('run', 'main');
  expect(exit).toBe(0);
  expect(stderr.match(/note> line \d+/g)).toHaveLength(20_000);
  expect(stderr.indexOf('note> line 20000\n')).toBeLessThan(stderr.indexOf('note: done, note.txt'));
});

describe('status', () => {
  test('says what another process does, since when, what it said last, and how to watch it', async () => {
    const { project, go } = await held();
    const running = project.start(['run', 'main']);
    await hasBegun(project);
    const { stdout } = await project.run('status');
    expect(stdout).toMatch(/note +running +\d\S* +begun +\(until \d\d:\d\d UTC\)/);
    expect(stdout).toContain(`working on it: process ${running.pid} on `);
    expect(stdout).toContain('next: slipway logs main-1.1 note --follow');
    const following = project.start(['logs', 'main-1.1', 'note', '--follow']);
    await until('the log is followed', () => following.stdout.includes('begun'));
    go();
    expect(await following.ended()).toMatchObject({ exit: 0, stdout: expect.stringContaining('| ended') });
    await running.ended();
  });

  test('asks for a decision when an attempt is lost that may not run twice', async () => {
    const { project, go } = await held('    idempotent: false\n');
    const running = project.start(['run', 'main']);
    await hasBegun(project);
    await running.end('SIGKILL');
    const pid = JSON.parse(readFileSync(project.path('.slipway/attempts/slw-main-1.1-note-1/pid'), 'utf8')) as {
      pid: number;
    };
    process.kill(pid.pid, 'SIGKILL'); // its supervisor, which this test has started
    const waiting = await project.run('resume', 'main-1.1');
    expect(waiting.exit).toBe(3);
    expect((await project.run('status')).stdout).toContain(
      'next: slipway resume main-1.1 --step note --done --reason TEXT (or --again)',
    );
    go();
    expect((await project.run('resume', 'main-1.1', '--step', 'note')).exit).toBe(2);
    expect(
      (await project.run('resume', 'main-1.1', '--step', 'note', '--again', '--reason', 'nothing was done')).exit,
    ).toBe(0);
    expect((await project.run('logs', 'main-1.1', 'note', '--attempt', '1')).stdout).not.toContain('ended');
    expect((await project.run('logs', 'main-1.1/note', '--attempt', '2')).stdout).toContain('ended');
    expect(await project.run('logs', 'main-1.1', 'note', '--attempt', '7')).toMatchObject({
      exit: 2,
      stderr: expect.stringContaining('It has: 1, 2.'),
    });
  });

  test('before the first release says how to begin; in a folder without a project it says so', async () => {
    expect(await (await open(PLAIN)).run('status')).toMatchObject({
      exit: 0,
      stdout: expect.stringContaining('slipway run LINE'),
    });
    expect(await (await open()).run('status')).toMatchObject({
      exit: 2,
      stderr: expect.stringContaining('SLIP_JOURNAL_MISSING'),
    });
  });
});
