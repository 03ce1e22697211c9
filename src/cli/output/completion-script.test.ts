import { expect, test } from 'vitest';
import { GLOBAL_OPTIONS, SHOWN_VERBS, VERBS } from '../verb-table.ts';
import { completionScript, isShell } from './completion-script.ts';

test.each(['bash', 'zsh', 'fish'] as const)('%s is offered every verb and every option', (shell) => {
  const script = completionScript(shell, VERBS, GLOBAL_OPTIONS);
  for (const verb of SHOWN_VERBS) expect(script).toContain(verb.name);
  for (const { flag } of [...GLOBAL_OPTIONS, ...SHOWN_VERBS.flatMap((verb) => verb.options)]) {
    const [long = ''] = flag.split(' ');
    expect(script).toContain(shell === 'fish' ? `-l ${long.slice(2)}` : long);
  }
});

test('verbs that are not for people are not offered', () => {
  expect(completionScript('fish', VERBS, GLOBAL_OPTIONS)).not.toContain('-a complete ');
});

test('a summary cannot end the quotes it stands in', () => {
  const verb = { ...SHOWN_VERBS[0]!, summary: "don't $(touch x) `y` [z]:w" };
  expect(completionScript('zsh', [verb], [])).toContain("don'\\''t");
  expect(completionScript('fish', [verb], [])).toContain("don\\'t");
});

test('shells are known by name', () => {
  expect(isShell('bash')).toBe(true);
  expect(isShell('powershell')).toBe(false);
});
