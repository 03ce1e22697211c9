import { execFileSync } from 'node:child_process';
import { symlinkSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { hasProgram } from '../support/has-program.ts';
import { PROGRAM } from '../support/program.ts';
import { Project } from '../support/project.ts';
import { withCommand } from '../support/project-configs.ts';

const hasBash = hasProgram('bash', 'completion in bash');
const hasZsh = hasProgram('zsh', 'the syntax of the completion for zsh');
const hasFish = hasProgram('fish', 'completion in fish');

let project: Project;
let env: NodeJS.ProcessEnv;

beforeAll(async () => {
  project = await Project.create(withCommand('echo hello'));
  await project.run('run', 'main');
  for (const shell of ['bash', 'zsh', 'fish']) {
    writeFileSync(project.path(`completion.${shell}`), (await project.run('completion', shell)).stdout);
  }
  symlinkSync(PROGRAM, project.path('slipway'));
  env = { ...process.env, PATH: `${project.folder}:${process.env['PATH'] ?? ''}` };
});
afterAll(() => project.remove());

// What is typed, the last word as far as it is; what is offered.
// biome-ignore format: a table
const TYPED: readonly (readonly [words: readonly string[], offered: readonly string[]])[] = [
  [['slipway', 'st'], ['stage', 'status']],
  [['slipway', 'run', ''], ['main']],
  [['slipway', 'status', ''], ['main-1.1']],
  [['slipway', 'diff', 'main-1.1', ''], ['main-1.1']],
  [['slipway', 'logs', 'main-1.1', ''], ['note']],
  [['slipway', 'resume', 'main-1.1', '--step', ''], ['note']],
  [['slipway', 'journal', ''], ['export', 'show', 'verify']],
  [['slipway', 'journal', 'show', 'rel'], ['release/main-1.1']],
  [['slipway', 'status', '--output', ''], ['json', 'text']],
  [['slipway', 'promote', '--d'], ['--dry-run']],
  [['slipway', 'status', '--output', 'json', ''], ['main-1.1']],
  [['slipway', 'list', '--line', ''], ['main']],
];

test.skipIf(!hasBash).each(TYPED)('bash completes %j', (words, offered) => {
  const script = `source completion.bash; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _slipway; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const said = execFileSync('bash', ['-c', script, 'bash', ...words], { cwd: project.folder, env, encoding: 'utf8' });
  expect(
    said
      .split('\n')
      .filter((word) => word !== '')
      .sort(),
  ).toEqual(offered);
});

test.skipIf(!hasBash)('bash can read it as its handbook says', () => {
  const script = 'eval "$(slipway completion bash)" && complete -p slipway';
  const said = execFileSync('bash', ['-c', script], { cwd: project.folder, env, encoding: 'utf8' });
  expect(said.trim()).toBe('complete -F _slipway slipway');
});

test.skipIf(!hasZsh)('zsh can read it', () => {
  execFileSync('zsh', ['-n', 'completion.zsh'], { cwd: project.folder, env });
});

test.skipIf(!hasFish).each([
  ['slipway sta', ['stage', 'status']],
  ['slipway run ', ['main']],
  ['slipway logs main-1.1 n', ['note']],
  ['slipway status --output ', ['json', 'text']],
])('fish completes %j', (typed, offered) => {
  const said = execFileSync('fish', ['-c', `source completion.fish; complete -C '${typed}'`], {
    cwd: project.folder,
    env: { ...env, HOME: project.folder },
    encoding: 'utf8',
  });
  expect(
    said
      .trim()
      .split('\n')
      .map((line) => line.split('\t')[0]),
  ).toEqual(offered);
});
