import { describe, expect, test } from 'vitest';
import { build, planOf, type RunConfig, script } from '../../../test/support/simulated/run-config.ts';
import type { Sha256, StepId } from '../../kernel/ids.ts';
import { planRun } from './plan-run.ts';
import type { EpochHints } from './run-plan.ts';
import { sourceDateEpoch } from './source-date-epoch.ts';
import type { StepResult } from './step-result.ts';

const CONFIG: RunConfig = {
  sources: { packaging: { kind: 'git', git: 'x' }, core: { kind: 'git', git: 'y' }, docs: { kind: 'path', path: 'z' } },
  packages: { war: script(['core']), deb: build('deb', ['packaging', 'war']), tar: build('tar', ['docs']) },
};
const COMMITS: Readonly<Record<string, number>> = { 'fetch:packaging': 1_600_000_000, 'fetch:core': 1_700_000_000 };

const resultOf = (step: StepId): StepResult => {
  const commitEpochS = COMMITS[step];
  const commit = commitEpochS === undefined ? {} : { commitEpochS };
  return {
    files: [],
    tree: '0'.repeat(64) as Sha256,
    values: {},
    source: { origin: '', proof: '', warnings: [], ...commit },
  };
};

const epochOf = (step: string, epoch: EpochHints) =>
  sourceDateEpoch(planRun(planOf(CONFIG, { epoch })), step as StepId, resultOf);

describe('SOURCE_DATE_EPOCH', () => {
  test.each([
    ['that of the environment, when it has one', 'deb', { environmentS: 5, configCommitS: 6 }, 5, 'environment'],
    [
      'the latest commit among the sources that reach the step, also through another package',
      'deb',
      { configCommitS: 6 },
      1_700_000_000,
      'source',
    ],
    ['the config commit, when no source of the step has one', 'tar', { configCommitS: 6 }, 6, 'config'],
    [
      'the time of the plan, in whole seconds, when nothing else is known',
      'tar',
      {},
      Date.parse('2026-11-22T09:00:00Z') / 1000,
      'planned',
    ],
    ['zero, when the environment says so', 'deb', { environmentS: 0 }, 0, 'environment'],
  ] as const)('is %s', (_, step, epoch, seconds, from) => {
    expect(epochOf(step, epoch)).toEqual({ seconds, from });
  });
});
