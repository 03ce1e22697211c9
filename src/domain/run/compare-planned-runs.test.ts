import { expect, test } from 'vitest';
import { build, planOf, type RunConfig, script } from '../../../test/support/simulated/run-config.ts';
import { comparePlannedRuns } from './compare-planned-runs.ts';
import { planRun } from './plan-run.ts';

const before: RunConfig = { packages: { deb: build('deb', []), rpm: script() }, vars: { jdk: '17' } };

test.each<[string, RunConfig, readonly string[]]>([
  ['nothing', before, []],
  [
    'a summary',
    { ...before, packages: { ...before.packages, deb: build('deb', [], { summary: 'x' }) } },
    ['deb: options.summary'],
  ],
  [
    'a package for another',
    { ...before, packages: { deb: build('deb', []), msi: script() } },
    ['msi is new', 'rpm is gone', 'packages'],
  ],
  ['a variable', { ...before, vars: { jdk: '21' } }, ['vars.jdk']],
  [
    'a script and its time',
    { ...before, packages: { ...before.packages, rpm: script([], { timeoutMs: 1, outputs: ['*.rpm'] }) } },
    ['rpm: outputs, timeoutMs'],
  ],
])('of a plan that changed %s, the changes are told by name', (_, after, lines) => {
  expect(comparePlannedRuns(planRun(planOf(before)), planRun(planOf(after)))).toEqual(lines);
});
