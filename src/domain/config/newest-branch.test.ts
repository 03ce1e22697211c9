import { expect, test } from 'vitest';
import { newestBranch } from './newest-branch.ts';

const branches = ['master', 'stable-2.90', 'stable-2.289', 'stable-2.289.1', 'feature'];

test.each([
  ['master', undefined, 'master'],
  ['stable-{base}', undefined, 'stable-2.289.1'],
  ['stable-2.{base}', 'stable-2.90', 'stable-2.90'],
  ['stable-3.{base}', undefined, undefined],
  ['stable-{nonsense}', undefined, undefined],
])('of %s with %s checked out the line means %s', (pattern, head, expected) => {
  expect(newestBranch(pattern, branches, head)).toBe(expected);
});
