import { afterEach, describe, expect, test } from 'vitest';
import { textWidth } from '../../src/cli/output/text-width.ts';
import { hasProgram } from '../support/has-program.ts';
import { Project, until } from '../support/project.ts';
import { GATED, hasBegun, heldProject, PLAIN } from '../support/project-configs.ts';

const hasScript = hasProgram('script', 'what stands on a terminal while a release runs');
const opened: Project[] = [];
afterEach(async () => {
  for (const project of opened.splice(0)) await project.remove();
});
const keep = (project: Project): Project => {
  opened.push(project);
  return project;
};

// biome-ignore lint/suspicious/noControlCharactersInRegex: what a terminal is sent
const SEQUENCE = /\u001b\[[\d;?]*[A-Za-z]/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: colours
const COLOR = /\u001b\[\d+m/;
/** What stands after the last drawing. */
const lastFrame = (sent: string): string => sent.slice(sent.lastIndexOf('A\r')).replace(SEQUENCE, '');

describe.skipIf(!hasScript)('on a terminal', () => {
  test('each step has a row with its last log line, drawn in place and never too wide', async () => {
    const { project, go } = await heldProject();
    keep(project);
    const running = project.onTerminal(['run', 'main'], { columns: 60, height: 20 });
    await until('the log line is on the row', () => /note +running +\d\S* +begun/.test(lastFrame(running.stdout)));
    go();
    const { exit, stdout } = await running.ended();
    expect(exit).toBe(0);
    const frames = stdout.split('A\r').slice(1);
    expect(frames.length).toBeGreaterThan(1);
    for (const frame of frames)
      for (const line of frame.split('\u001b[J')[0]!.split('\n'))
        expect(textWidth(line.replace(SEQUENCE, '').trimEnd())).toBeLessThan(60);
    expect(lastFrame(stdout)).toMatch(/main-1\.1 {2}settled[\s\S]*note +done[\s\S]*done: main-1\.1 is live/);
  });

  test('a low screen shows what runs and counts the rest', async () => {
    const { project, go } = await heldProject();
    keep(project);
    const running = project.onTerminal(['run', 'main'], { columns: 80, height: 5 });
    await until('rows', () => /note +running/.test(lastFrame(running.stdout)));
    await until('a count', () => /and 2 done, 3 to do|and 2 done, 4 to do/.test(lastFrame(running.stdout)));
    go();
    expect((await running.ended()).exit).toBe(0);
  });

  test('Ctrl-C stops where it is safe, and says so above the rows', async () => {
    const { project, go } = await heldProject();
    keep(project);
    const running = project.onTerminal(['run', 'main']);
    await hasBegun(project);
    running.type('\u0003');
    const { exit, stdout } = await running.ended();
    expect(exit).toBe(130);
    expect(stdout).toContain('Stopping where it is safe; running steps go on without us.');
    expect(stdout).toContain('next: slipway resume main-1.1');
    go();
  });

  test('a question waits for yes; no, Ctrl-C and the end of input leave all as it is', async () => {
    const project = keep(await Project.create(PLAIN));
    await project.run('run', 'main');
    for (const [letters, exit] of [
      ['n\r', 2],
      ['\r', 2],
      ['\u0003', 130],
      ['\u0004', 2],
    ] as const) {
      const asking = project.onTerminal(['undo', 'main-1.1']);
      await until('the question', () => asking.stdout.includes('Take main-1.1 back from stable? [y/N]'));
      asking.type(letters);
      expect([letters, (await asking.ended()).exit]).toEqual([letters, exit]);
    }
    expect((await project.run('status')).stdout).toContain('settled');
    const asking = project.onTerminal(['undo', 'main-1.1']);
    await until('the question', () => asking.stdout.includes('[y/N]'));
    asking.type('y\r');
    expect((await asking.ended()).exit).toBe(0);
  });

  test('colours are for terminals that want them', async () => {
    const project = keep(await Project.create(GATED));
    await project.run('run', 'main');
    const shown = async (env: Record<string, string>, ...args: string[]): Promise<string> =>
      (await project.onTerminal(['status', ...args], { env }).ended()).stdout;
    expect(await shown({})).toMatch(COLOR);
    expect(await shown({ NO_COLOR: '1' })).not.toMatch(COLOR);
    expect(await shown({ TERM: 'dumb' })).not.toMatch(COLOR);
    expect(await shown({}, '--no-color')).not.toMatch(COLOR);
    expect(JSON.parse(await shown({}, '--output', 'json'))).toMatchObject({ exit: 0 });
    expect((await project.run('status')).stdout).not.toMatch(COLOR);
  });
});
