import { expect, test } from 'vitest';
import { GLOBAL_OPTIONS, SHOWN_VERBS, VERBS } from './verb-table.ts';

const flags = (name: string): readonly string[] =>
  VERBS.find((verb) => verb.name === name)?.options.map(({ flag }) => flag.split(' ')[0] ?? '') ?? [];

test('every verb that a release on one machine needs is there', () => {
  expect(SHOWN_VERBS.map(({ name }) => name).sort()).toEqual([
    'abandon', 'approve', 'build', 'cancel', 'check', 'completion', 'diff', 'init', 'journal', 'list', 'logs', 'plan', 'promote',
    'reject', 'resume', 'run', 'schema', 'show', 'stage', 'status', 'undo', 'verify', 'withdraw',
  ]); // biome-ignore format: one list
});

test('every verb that writes can be tried without writing', () => {
  for (const verb of VERBS.filter(({ writes }) => writes)) expect(flags(verb.name), verb.name).toContain('--dry-run');
});

test('what changes what users see, or gives up a version, asks first', () => {
  for (const name of ['promote', 'undo', 'abandon']) expect(flags(name), name).toContain('--yes');
});

test('what stays on record takes a reason', () => {
  for (const name of ['abandon', 'cancel', 'reject', 'undo', 'resume', 'promote', 'run'])
    expect(flags(name), name).toContain('--reason');
});

test('no verb gives another meaning to an option of every verb', () => {
  const shared = new Set(GLOBAL_OPTIONS.map(({ flag }) => flag.split(' ')[0] ?? ''));
  for (const { name } of VERBS) for (const flag of flags(name)) expect(shared.has(flag), `${name} ${flag}`).toBe(false);
});

test('every verb can be loaded', async () => {
  for (const verb of VERBS) expect(typeof (await verb.load()).run, verb.name).toBe('function');
});
