import { describe, expect, test } from 'vitest';
import { build, own, planOf, type RunConfig, script } from '../../../test/support/simulated/run-config.ts';
import { planRun } from './plan-run.ts';

const graphOf = (config: RunConfig) => planRun(planOf(config)).steps.map(({ id, needs }) => [id, needs]);

describe('the graph of a run', () => {
  test('has a step for each source in use and for each package, after what it needs', () => {
    const config: RunConfig = {
      sources: { app: { kind: 'path', path: 'a' }, spare: { kind: 'path', path: 'b' } },
      packages: { msi: script(['war', 'app']), war: { kind: 'from', from: 'app' }, deb: build('deb', ['app']) },
    };
    expect(graphOf(config)).toEqual([
      ['fetch:app', []],
      ['war', ['fetch:app']],
      ['msi', ['war', 'fetch:app']],
      ['deb', ['fetch:app']],
    ]);
  });

  test('has packages that are only taken in by others, and leaves out what nobody asks for', () => {
    const packages = { deb: script(['war']), war: script(), rpm: script() };
    const plan = planRun(planOf({ packages, linePackages: ['deb'] }));
    expect(plan.steps.map(({ id }) => id)).toEqual(['war', 'deb']);
    expect(plan.packages).toEqual(['deb']);
  });

  test('an input that is a source and a package is the package: they are the same bytes', () => {
    const config: RunConfig = {
      sources: { core: { kind: 'path', path: 'a' } },
      packages: { core: { kind: 'from', from: 'core' }, deb: script(['core']) },
    };
    expect(graphOf(config).at(-1)).toEqual(['deb', ['core']]);
  });

  test('a value of another package in a template is a need, so that it does not depend on who was faster', () => {
    const env = {
      SUM: '${{ packages.war.sha256 }}',
      NOTE: "${{ steps.msi.outputs.note || 'none' }}",
      SELF: '${{ version }}',
    };
    const packages = { deb: script([], { env }), war: script(), msi: script() };
    expect(graphOf({ packages })).toEqual([
      ['war', []],
      ['msi', []],
      ['deb', ['war', 'msi']],
    ]);
  });

  test('the steps of the config come last, each with what it takes in', () => {
    const steps = [
      own('announce', { inputs: ['deb'] }),
      own('tweet', { env: { X: '${{ steps.announce.outputs.url }}' } }),
    ];
    expect(graphOf({ packages: { deb: script() }, steps })).toEqual([
      ['deb', []],
      ['announce', ['deb']],
      ['tweet', []],
    ]);
  });

  test.each([
    ['through inputs', { a: script(['b']), b: script(['c']), c: script(['a']) }],
    [
      'through a template',
      { a: script([], { env: { X: '${{ packages.b.file }}' } }), b: script(['c']), c: script(['a']) },
    ],
  ])('a circle %s is refused, and told whole', (_, packages) => {
    expect(() => graphOf({ packages })).toThrow('Steps need each other in a circle: a -> b -> c -> a.');
  });

  test.each([
    ['an unknown input', { packages: { a: script(['nowhere']) } }, 'Step a names an unknown input nowhere.'],
    ['an unknown agent', { packages: { a: script([], { agent: 'windows' }) } }, 'unknown agent windows'],
    ['an unknown source', { packages: { a: { kind: 'from', from: 'core' } } }, 'There is no source core.'],
    ['an unknown package of the line', { packages: {}, linePackages: ['deb'] }, 'There is no package deb.'],
  ] as const)('%s is refused by name', (_, config, message) => {
    expect(() => graphOf(config)).toThrow(message);
  });

  test('a value that says where a secret is goes apart before templates are filled', () => {
    const env = { TOKEN: 'env:TOKEN', URL: 'https://x/${{ version }}' };
    const containers = [
      { name: 'sign', run: './sign.sh', env: { KEY: 'file:/run/key' as never, URL: 'env:URL' as never } },
    ];
    const [step] = planRun(planOf({ packages: { deb: script([], { env, containers }) } })).steps;
    expect(step).toMatchObject({
      containers: [
        { name: 'sign', shell: 'sh', env: {}, secretEnv: { TOKEN: 'env:TOKEN', KEY: 'file:/run/key', URL: 'env:URL' } },
      ],
    });
  });
});
