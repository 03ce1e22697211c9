import { describe, expect, test } from 'vitest';
import { build, planOf, type RunConfig, script } from '../../../test/support/simulated/run-config.ts';
import type { Sha256, StepId } from '../../kernel/ids.ts';
import { planRun } from './plan-run.ts';
import type { RunPlan } from './run-plan.ts';
import type { StepResult } from './step-result.ts';
import { type StepWork, stepWork, workDigest } from './step-work.ts';

const sha = (digit: string) => digit.repeat(64) as Sha256;
const file = (fileName: string, digit: string) => ({
  fileName,
  path: fileName,
  sha256: sha(digit),
  sizeBytes: 1,
  facts: null,
});
const WAR: StepResult = { files: [file('app.war', 'a')], tree: sha('b'), values: { note: 'hi' } };

function workOf(
  config: RunConfig,
  step: string,
  {
    plan = {},
    war = WAR,
    ...context
  }: { plan?: Partial<RunPlan>; war?: StepResult; inputs?: Record<string, Sha256>; sourceDateEpochS?: number } = {},
) {
  const planned = planRun(planOf(config, plan));
  const found = planned.steps.find(({ id }) => id === step);
  if (found === undefined) throw new Error(`no step ${step}`);
  const resultOf = (id: StepId) => (id === 'war' ? war : undefined);
  return stepWork(found, { plan: planned, resultOf, inputs: { app: sha('1') }, sourceDateEpochS: 7, ...context });
}

const known = (work: ReturnType<typeof stepWork>): StepWork => {
  if (work.kind === 'unfit') throw new Error(work.failure.sentence);
  return work;
};

const debOf = (options: Parameters<typeof build>[2]): RunConfig => ({
  sources: { app: { kind: 'path', path: 'x' } },
  packages: { deb: build('deb', ['app'], options), war: script() },
  vars: { jdk: '21' },
});

describe('what a step has to do', () => {
  test.each([
    ['${{ project }} ${{ version }} ${{ line }} ${{ channel }}', 'hello 1.1 main stable'],
    ['${{ release.id }} ${{ release.revision }}', 'main-1.1 1'],
    ['${{ vars.jdk }} ${{ env.BUILD }}', '21 77'],
    ['${{ packages.war.file }} ${{ packages.war.sha256 }}', `app.war ${'a'.repeat(64)}`],
    ['${{ steps.war.outputs.note }}', 'hi'],
  ])('has %s filled with %s', (summary, filled) => {
    const work = workOf(debOf({ summary }), 'deb', { plan: { environment: { BUILD: '77' } } });
    expect(work).toMatchObject({ kind: 'build', request: { options: { summary: filled } } });
  });

  test.each([
    ['${{ vars.none }}', 'vars.none is not set'],
    ['${{ env.BUILD }}', 'the environment had no BUILD when the run was planned'],
    ['${{ packages.msi.file }}', 'package msi is not built by this line'],
    ['${{ steps.war.outputs.url }}', 'step war has not written url to SLIPWAY_OUTPUT'],
    ['${{ steps.other.outputs.url }}', 'step other has not run'],
    ['${{ nothing.like.it }}', 'nothing.like.it is no path a template can name'],
    ['${{ constructor }}', 'constructor is no path a template can name'],
    ['${{ vars.constructor }}', 'vars.constructor is not set'],
  ])('cannot be said while %s has no value: the step fails with why', (summary, why) => {
    expect(workOf(debOf({ summary }), 'deb')).toMatchObject({
      kind: 'unfit',
      failure: { class: 'TEMPLATE_EMPTY', sentence: expect.stringContaining(why) },
    });
  });

  test('a package with several files has no one file and no one digest', () => {
    const war = { ...WAR, files: [file('a.war', 'a'), file('b.war', 'b')] };
    const work = workOf(debOf({ summary: '${{ packages.war.file }}' }), 'deb', { war });
    expect(work).toMatchObject({ failure: { sentence: expect.stringContaining('package war has 2 files, not one') } });
  });

  test.each([
    ['1.1', 1, {}, '1.1'],
    ['2.0-rc1', 1, {}, '2.0~rc1'],
    ['1.1', 2, {}, '1.1-2'],
    ['1.1', 1, { version: '1:${{ version }}-1' }, '1:1.1-1'],
  ])('version %s, revision %i, with %o is %s as a deb', (version, revision, options, expected) => {
    const work = workOf(debOf(options), 'deb', { plan: { version, revision } });
    expect(work).toMatchObject({ request: { version: expected } });
  });

  test('a version that the format does not know is the failure of that step', () => {
    expect(workOf(debOf({}), 'deb', { plan: { version: 'one point one' } })).toMatchObject({ kind: 'unfit' });
  });

  test('scripts are never templated: a version must not become code; their env is', () => {
    const run = 'echo ${{ version }} $SLIPWAY_VERSION';
    const packages = {
      war: script(['app'], { env: { V: '${{ version }}' }, containers: [{ name: 'run', run, env: {} }] }),
    };
    const work = workOf({ ...debOf({}), packages }, 'war');
    expect(work).toMatchObject({
      kind: 'script',
      spec: {
        containers: [{ run, env: { V: '1.1' } }],
        variables: {
          SLIPWAY_VERSION: '1.1',
          SLIPWAY_LINE: 'main',
          SLIPWAY_CHANNEL: 'stable',
          SLIPWAY_RELEASE: 'main-1.1',
        },
        sourceDateEpochS: 7,
      },
    });
  });
});

describe('the digest of what defines a step', () => {
  const scripted = (more: Parameters<typeof script>[1] = {}): RunConfig => ({
    sources: { app: { kind: 'path', path: 'x' } },
    packages: { war: script(['app'], more) },
  });
  const digest = (config: RunConfig, context: Parameters<typeof workOf>[2] = {}) =>
    workDigest(known(workOf(config, 'war', context)));
  const base = digest(scripted());

  test.each([
    ['its script', () => digest(scripted({ containers: [{ name: 'run', run: 'make all', env: {} }] }))],
    ['its environment', () => digest(scripted({ env: { X: '1' } }))],
    ['its outputs', () => digest(scripted({ outputs: ['*'] }))],
    ['its folder', () => digest(scripted({ dir: 'app' }))],
    ['the bytes of an input', () => digest(scripted(), { inputs: { app: sha('2') } })],
    ['SOURCE_DATE_EPOCH', () => digest(scripted(), { sourceDateEpochS: 8 })],
    ['the version', () => digest(scripted(), { plan: { version: '1.2' } })],
  ])('changes with %s', (_, other) => {
    expect(other()).not.toBe(base);
  });

  test.each([
    ['how long it may take', () => digest(scripted({ timeoutMs: 5 }))],
    ['how often it may be tried', () => digest(scripted({ retryAttempts: 1, retryDelayMs: 1 }))],
    ['where the config lies', () => digest(scripted(), { plan: { baseDir: '/elsewhere' } })],
    ['a value nobody names', () => digest({ ...scripted(), vars: { jdk: '22' } })],
  ])('does not change with %s', (_, other) => {
    expect(other()).toBe(base);
  });

  test('does not change with how long a package may take to build', () => {
    const deb = build('deb', ['app']);
    const digests = [deb, { ...deb, timeoutMs: 5 }].map((package_) =>
      workDigest(known(workOf({ ...debOf({}), packages: { deb: package_ } }, 'deb'))),
    );
    expect(digests[1]).toBe(digests[0]);
  });
});
