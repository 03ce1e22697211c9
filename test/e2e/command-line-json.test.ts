import { afterEach, describe, expect, test } from 'vitest';
import { SHOWN_VERBS } from '../../src/cli/verb-table.ts';
import { Project } from '../support/project.ts';
import { GATED, withCommand } from '../support/project-configs.ts';

const opened: Project[] = [];
afterEach(async () => {
  for (const project of opened.splice(0)) await project.remove();
});

const open = async (config?: string): Promise<Project> => {
  const project = await Project.create(config);
  opened.push(project);
  return project;
};

/** Names and types of all members: what a script relies on. */
function shape(value: unknown): unknown {
  if (value === null) return 'null';
  if (Array.isArray(value)) return value.length === 0 ? [] : [shape(value[0])];
  if (typeof value !== 'object') return typeof value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, shape(member)]));
}

describe('programs', () => {
  test('find the same fields in what every verb says of a release', { timeout: 90_000 }, async () => {
    const project = await open(GATED);
    const shapes: Record<string, unknown> = {};
    const say = async (exit: number, ...args: string[]): Promise<void> => {
      const { document, exit: status } = await project.json(...args);
      expect([args[0], status], JSON.stringify(document)).toEqual([args[0], exit]);
      expect(args[0] === 'schema' ? exit : document['exit']).toBe(exit);
      shapes[args.slice(0, args[0] === 'journal' ? 2 : 1).join(' ')] =
        args[0] === 'schema' ? Object.keys(document) : shape(document);
    };
    await say(0, 'init');
    await say(0, 'check', '--explain', 'lines.main.versions');
    await say(0, 'schema');
    await say(0, 'completion', 'bash');
    await say(0, 'plan', 'main');
    await say(0, 'build', 'main-1.1');
    await say(0, 'stage', 'main-1.1');
    await say(0, 'verify', 'main-1.1');
    await say(0, 'reject', 'main-1.1', '--reason', 'wrong icon');
    await say(0, 'withdraw', 'main-1.1');
    await say(3, 'resume', 'main-1.1');
    await say(0, 'approve', 'main-1.1');
    await say(0, 'promote', 'main-1.1', '--yes');
    await say(0, 'undo', 'main-1.1', '--yes');
    await say(0, 'cancel', 'main-1.1', '--reason', 'just to see');
    await say(0, 'status');
    await say(0, 'show', 'main-1.1');
    await say(0, 'list');
    await say(0, 'abandon', 'main-1.1', '--reason', 'superseded', '--yes');
    await say(3, 'run', 'main');
    await say(0, 'diff', 'main-1.1', 'main-1.2');
    await say(0, 'journal', 'show', 'line/main');
    await say(0, 'journal', 'export', 'line/main');
    await say(0, 'journal', 'verify');
    expect(shapes).toMatchSnapshot();
  });

  test('find the lines of a log in one document', async () => {
    const project = await open(withCommand('echo one; printf two >&2'));
    expect((await project.run('run', 'main')).exit).toBe(0);
    const { document } = await project.json('logs', 'main-1.1', 'note');
    expect(document).toMatchObject({ release: 'main-1.1', step: 'note', attempt: 1, exit: 0 });
    expect(document['lines']).toEqual([
      expect.objectContaining({ container: 'slipway' }),
      { at: expect.stringMatching(/^\d{4}-.*Z$/), container: 'run', stream: 'out', text: 'one', isComplete: true },
      { at: expect.any(String), container: 'run', stream: 'err', text: 'two', isComplete: false },
    ]);
  });

  test('get one document on standard output from every verb that is refused', { timeout: 90_000 }, async () => {
    const project = await open();
    const wrong: Record<string, readonly string[]> = {
      init: ['Not A Name'],
      check: [],
      schema: ['--nonsense'],
      plan: ['main'],
      run: ['main'],
      status: ['--state', 'nowhere'],
      list: ['--state', 'nowhere'],
      diff: ['a', 'b'],
      journal: ['verify'],
      completion: ['powershell'],
      cancel: ['a', '--reason', 'x'],
      abandon: ['a', '--reason', 'x', '--yes'],
      reject: ['a', '--reason', 'x'],
    };
    for (const { name } of SHOWN_VERBS) {
      const { document, exit } = await project.json(name, ...(wrong[name] ?? ['a']));
      expect([name, exit, document['exit']]).toEqual([name, 2, 2]);
      if (name === 'check') continue; // findings are its result
      expect(shape(document['error']), name).toMatchObject({ code: 'string', message: 'string', remedy: 'string' });
      expect(Object.keys(document['error'] as object), name).toEqual([
        'code',
        'message',
        'remedy',
        'causes',
        'findings',
      ]);
    }
    expect(project.tree()).toEqual([]);
  });

  test('are told of a wrong command line in JSON too, wherever the option stands', async () => {
    const project = await open();
    for (const args of [
      ['--output=json', 'stauts'],
      ['stauts', '--output', 'json'],
      ['status', '--output=json', '--nonsense'],
    ]) {
      const { stdout, exit } = await project.run(...args);
      expect([exit, (JSON.parse(stdout) as { error: { code: string } }).error.code]).toEqual([2, 'SLIP_USAGE']);
    }
  });
});
