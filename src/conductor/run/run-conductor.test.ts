import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Mortal } from '../../../test/support/simulated/mortal.ts';
import { build, own, planOf, RUN, type RunConfig, script } from '../../../test/support/simulated/run-config.ts';
import { SimulatedWorld, type WorldScript } from '../../../test/support/simulated/simulated-world.ts';
import type { PackageConfig } from '../../domain/config/resolved-config.ts';
import { EXIT } from '../../kernel/exit-code.ts';
import type { StepId } from '../../kernel/ids.ts';
import { SlipwayError } from '../../kernel/slipway-error.ts';

const quiet = () => new AbortController().signal;
const id = (step: string) => step as StepId;
const failing = { ms: 500, exit: { how: 'exit', container: 'run', code: 2 } } as const;

async function opened(world: SimulatedWorld, config: RunConfig, dieAt?: number) {
  const { runs, process } = world.conductor(dieAt);
  await runs.open(planOf(config), 'alice');
  return { runs, process };
}

const HELLO: RunConfig = {
  sources: { app: { kind: 'path', path: 'build' } },
  packages: { deb: build('deb', ['app']), tar: build('tar', ['app']), rpm: script(['app', 'tar']) },
};

describe('a run', () => {
  test('fetches, builds and collects everything, each step once, and says so in the journal', async () => {
    const world = new SimulatedWorld();
    const { runs } = await opened(world, HELLO);
    const outcome = await runs.drive(RUN, 'build', { signal: quiet() });
    expect(outcome).toEqual({ state: 'done', failures: [], waiting: [], cancelled: [] });
    expect(world.fetches).toEqual(['app']);
    expect(world.executor.begun).toEqual(['slw-main-1.1-rpm-1']);
    expect(world.executor.isCleaned(world.executor.begun[0]!)).toBe(true);
    const { steps } = await runs.state(RUN);
    expect(steps.get(id('deb'))?.result?.files.map((file) => file.fileName)).toEqual(['hello-1.1.deb']);
    expect(steps.get(id('rpm'))?.begun?.inputs).toEqual({
      app: steps.get(id('fetch:app'))?.result?.tree,
      tar: steps.get(id('tar'))?.result?.tree,
    });
  });

  test('driven again when it is done, it does nothing', async () => {
    const world = new SimulatedWorld();
    const { runs } = await opened(world, HELLO);
    await runs.drive(RUN, 'build', { signal: quiet() });
    const before = await world.journal.head();
    expect(await runs.drive(RUN, 'build', { signal: quiet() })).toMatchObject({ state: 'done' });
    expect(await world.journal.head()).toBe(before);
  });

  test('a failing branch leaves the others to finish, and says exit code, last lines and what to do', async () => {
    const world = new SimulatedWorld({
      behave: ({ name }) =>
        name.includes('rpm') ? { ...failing, log: ['compiling', 'error: no such header'] } : { ms: 60_000 },
    });
    const { runs } = await opened(world, { packages: { rpm: script(), msi: script(), war: script(['rpm']) } });
    const outcome = await runs.drive(RUN, 'build', { signal: quiet() });
    expect(outcome.state).toBe('failed');
    expect(outcome.failures).toEqual([
      expect.objectContaining({
        step: 'rpm',
        class: 'STEP_FAILED',
        exitCode: 2,
        attempt: 'slw-main-1.1-rpm-1',
        lastLines: ['compiling', 'error: no such header'],
        remedy: expect.stringContaining('slipway resume main-1.1'),
      }),
    ]);
    const { steps } = await runs.state(RUN);
    expect(steps.get(id('msi'))?.status).toBe('succeeded');
    expect(steps.get(id('war'))?.status).toBe('waiting');
  });

  test('resume runs the failed step alone, under the next attempt number', async () => {
    let isMended = false;
    const world = new SimulatedWorld({
      behave: ({ name }) => (name.includes('rpm') && !isMended ? failing : { ms: 1000 }),
    });
    const { runs } = await opened(world, { packages: { rpm: script(), msi: script(), war: script(['rpm']) } });
    await runs.drive(RUN, 'build', { signal: quiet() });
    expect(await runs.drive(RUN, 'build', { signal: quiet() })).toMatchObject({ state: 'failed' });
    isMended = true;
    expect(await runs.resume(RUN, { by: 'bob', reason: 'header added' })).toEqual(['rpm']);
    expect(await runs.drive(RUN, 'build', { signal: quiet() })).toMatchObject({ state: 'done' });
    expect(world.executor.begun).toEqual([
      'slw-main-1.1-rpm-1',
      'slw-main-1.1-msi-1',
      'slw-main-1.1-rpm-2',
      'slw-main-1.1-war-1',
    ]);
  });

  test.each([
    ['a signal', { ms: 10, exit: { how: 'signal', container: 'run', signal: 'SIGKILL' } }, 'STEP_SIGNALLED', 'SIGKILL'],
    ['its time-out', { ms: 1e9 }, 'STEP_TIMEOUT', '1800 s'],
    [
      'an agent that fails',
      { ms: 1, exit: { how: 'agent', code: 'SLIP_X', message: 'no sh' } },
      'AGENT_FAILED',
      'no sh',
    ],
  ] as const)('a step ended by %s fails at once and is not tried again', async (_, behaviour, name, sentence) => {
    const world = new SimulatedWorld({ behave: () => behaviour });
    const { runs } = await opened(world, { packages: { rpm: script() } });
    const outcome = await runs.drive(RUN, 'build', { signal: quiet() });
    expect(outcome.failures).toMatchObject([{ class: name, sentence: expect.stringContaining(sentence) }]);
    expect(world.executor.begun).toHaveLength(1);
  });

  test('what a port refuses is the failure of that step, word for word', async () => {
    class SourceGoneError extends SlipwayError {
      readonly code = 'SLIP_SOURCE_MISSING';
    }
    const gone = new SourceGoneError('build is not there.', 'Build it first.');
    const world = new SimulatedWorld({ fetchError: (name) => (name === 'app' ? gone : undefined) });
    const { runs } = await opened(world, HELLO);
    const outcome = await runs.drive(RUN, 'build', { signal: quiet() });
    expect(outcome.failures).toEqual([
      { step: 'fetch:app', class: 'SOURCE_MISSING', sentence: 'build is not there.', remedy: 'Build it first.' },
    ]);
  });

  test('a mistake of our own is no failure of a step: it comes out, and nothing runs on in this process', async () => {
    const world = new SimulatedWorld({ fetchError: () => new TypeError('x is not a function') });
    const { runs } = await opened(world, HELLO);
    await expect(runs.drive(RUN, 'build', { signal: quiet() })).rejects.toThrow('x is not a function');
    expect(await world.journal.leaseHolder(`run/${RUN}`)).toBeUndefined();
  });

  test('outputs of one name from two folders are refused: users would see one of them', async () => {
    const world = new SimulatedWorld({ behave: () => ({ ms: 1, outputs: { 'a/x.rpm': '1', 'b/x.rpm': '2' } }) });
    const { runs } = await opened(world, { packages: { rpm: script() } });
    const { failures } = await runs.drive(RUN, 'build', { signal: quiet() });
    expect(failures).toMatchObject([{ class: 'OUTPUT_CLASH', sentence: 'a/x.rpm and b/x.rpm would both be x.rpm.' }]);
  });

  test('a build that takes longer than its time fails, and its core is free again', async () => {
    const world = new SimulatedWorld({ buildMs: () => 1e9, parallelSteps: 1 });
    const { runs } = await opened(world, { packages: { deb: build('deb', []), tar: build('tar', []) } });
    const { failures } = await runs.drive(RUN, 'build', { signal: quiet() });
    expect(failures.map((failure) => failure.class)).toEqual(['STEP_TIMEOUT', 'STEP_TIMEOUT']);
    expect(failures[0]?.sentence).toContain('30m');
  });

  test('one of the steps of the config runs when it is asked for, with what it needs', async () => {
    const world = new SimulatedWorld({ behave: () => ({ ms: 1, outputs: { 'notes/a.txt': 'a', 'more/a.txt': 'b' } }) });
    const config = { ...HELLO, steps: [own('announce', { env: { FILE: '${{ packages.deb.file }}' } })] };
    const { runs } = await opened(world, config);
    await runs.drive(RUN, 'build', { signal: quiet() });
    expect(world.executor.begun).toEqual(['slw-main-1.1-rpm-1']);
    expect(await runs.drive(RUN, id('announce'), { signal: quiet() })).toMatchObject({ state: 'done' });
    const step = (await runs.state(RUN)).steps.get(id('announce'));
    expect(step?.attempts[0]?.spec.containers[0]?.env).toEqual({ FILE: 'hello-1.1.deb' });
    expect(step?.result?.files.map(({ path, facts }) => ({ path, facts }))).toEqual([
      { path: 'notes/a.txt', facts: null },
      { path: 'more/a.txt', facts: null },
    ]);
  });
});

describe('an attempt whose agent died', () => {
  test('is tried again after a pause that doubles, within its budget', async () => {
    let lost = 0;
    const world = new SimulatedWorld({ behave: () => (lost++ < 2 ? { ms: 10, isLost: true } : { ms: 10 }) });
    const { runs } = await opened(world, { packages: { rpm: script() } });
    const from = world.clock.now();
    expect(await runs.drive(RUN, 'build', { signal: quiet() })).toMatchObject({ state: 'done' });
    expect(world.executor.begun).toHaveLength(3);
    expect(world.clock.now() - from).toBeGreaterThanOrEqual(90_000);
    expect(world.clock.now() - from).toBeLessThan(92_000);
  });

  test('fails its step when the budget is spent; resume grants it anew', async () => {
    const world = new SimulatedWorld({ behave: ({ name }) => ({ ms: 10, isLost: /-[1-4]$/.test(name) }) });
    const { runs } = await opened(world, { packages: { rpm: script() } });
    const { failures } = await runs.drive(RUN, 'build', { signal: quiet() });
    expect(failures).toMatchObject([{ class: 'ATTEMPTS_LOST', sentence: expect.stringContaining('All 3 attempts') }]);
    await runs.resume(RUN, { by: 'bob' });
    expect(await runs.drive(RUN, 'build', { signal: quiet() })).toMatchObject({ state: 'done' });
    expect(world.executor.begun.at(-1)).toBe('slw-main-1.1-rpm-5');
  });

  test('that may not run twice waits for a person: done collects what it left', async () => {
    const world = new SimulatedWorld({ behave: () => ({ ms: 10, isLost: true, outputs: { 'x.rpm': 'bytes' } }) });
    const { runs } = await opened(world, { packages: { rpm: script([], { idempotent: false }) } });
    const outcome = await runs.drive(RUN, 'build', { signal: quiet() });
    expect(outcome).toMatchObject({ state: 'waiting', waiting: [{ step: 'rpm', attempt: 'slw-main-1.1-rpm-1' }] });
    expect(outcome.waiting[0]?.remedy).toContain('--done');
    expect(await runs.resume(RUN, { by: 'bob' })).toEqual([]);
    expect(await runs.drive(RUN, 'build', { signal: quiet() })).toMatchObject({ state: 'waiting' });
    await runs.decide(RUN, { step: id('rpm'), is: 'done', reason: 'the tag is there', by: 'bob' });
    expect(await runs.drive(RUN, 'build', { signal: quiet() })).toMatchObject({ state: 'done' });
    expect(world.executor.begun).toHaveLength(1);
    expect((await runs.state(RUN)).steps.get(id('rpm'))?.result?.files[0]?.fileName).toBe('x.rpm');
  });

  test('that may not run twice runs again only when a person says so', async () => {
    let lost = 0;
    const world = new SimulatedWorld({ behave: () => ({ ms: 10, isLost: lost++ === 0 }) });
    const { runs } = await opened(world, { packages: { rpm: script([], { idempotent: false }) } });
    await runs.drive(RUN, 'build', { signal: quiet() });
    await runs.decide(RUN, { step: id('rpm'), is: 'again', reason: 'nothing was pushed', by: 'bob' });
    expect(await runs.drive(RUN, 'build', { signal: quiet() })).toMatchObject({ state: 'done' });
    expect(world.executor.begun).toHaveLength(2);
    await expect(runs.decide(RUN, { step: id('rpm'), is: 'again', reason: 'x', by: 'bob' })).rejects.toMatchObject({
      code: 'SLIP_STEP_NOT_UNDECIDED',
      exitCode: EXIT.refused,
    });
  });

  test('has what it left running ended before the next one begins', async () => {
    let lost = 0;
    const world = new SimulatedWorld({ behave: () => ({ ms: 10, isLost: lost++ === 0 }) });
    const { runs } = await opened(world, { packages: { rpm: script() } });
    await runs.drive(RUN, 'build', { signal: quiet() });
    expect(world.executor.stops.map(({ name }) => name)).toEqual(['slw-main-1.1-rpm-1']);
  });
});

describe('cancel', () => {
  const HOURS = { ms: 5 * 3_600_000 } as const;
  const LONG: RunConfig = { packages: { rpm: script([], { timeoutMs: 1e9 }), msi: script([], { timeoutMs: 1e9 }) } };

  async function until(world: SimulatedWorld, condition: () => boolean) {
    while (!condition()) await world.clock.sleepUntil((world.clock.now() + 100) as never);
  }

  test('of one step, by another process, ends that step and leaves the other', async () => {
    const world = new SimulatedWorld({ behave: ({ name }) => (name.includes('rpm') ? HOURS : { ms: 60_000 }) });
    const { runs } = await opened(world, LONG);
    const driven = runs.drive(RUN, 'build', { signal: quiet() });
    await until(world, () => world.executor.begun.length === 2);
    const other = world.conductor().runs;
    const request = { step: id('rpm'), by: 'carol', reason: 'wrong branch' };
    expect(await other.cancel(RUN, request, quiet())).toEqual(['rpm']);
    expect(world.executor.running()).toEqual(['slw-main-1.1-msi-1']);
    const outcome = await driven;
    expect(outcome).toMatchObject({
      state: 'cancelled',
      cancelled: [{ step: 'rpm', by: 'carol', reason: 'wrong branch' }],
    });
    expect((await runs.state(RUN)).steps.get(id('msi'))?.status).toBe('succeeded');
  });

  test('of the whole run ends what runs and what has not begun, and resume goes on with all of it', async () => {
    let isLong = true;
    const world = new SimulatedWorld({ behave: () => (isLong ? HOURS : { ms: 10 }), parallelSteps: 1 });
    const { runs } = await opened(world, LONG);
    const driven = runs.drive(RUN, 'build', { signal: quiet() });
    await until(world, () => world.executor.begun.length === 1);
    expect(await world.conductor().runs.cancel(RUN, { by: 'carol', reason: 'stop' }, quiet())).toEqual(['rpm', 'msi']);
    expect(await driven).toMatchObject({ state: 'cancelled' });
    expect(world.executor.begun).toHaveLength(1);
    isLong = false;
    expect(await runs.resume(RUN, { by: 'carol' })).toEqual(['rpm', 'msi']);
    expect(await runs.drive(RUN, 'build', { signal: quiet() })).toMatchObject({ state: 'done' });
  });

  test('when nobody conducts, the canceller ends the attempt that was left running', async () => {
    const world = new SimulatedWorld({ behave: () => HOURS });
    const { runs, process } = await opened(world, { packages: { rpm: script([], { timeoutMs: 1e9 }) } });
    void runs.drive(RUN, 'build', { signal: quiet() });
    await until(world, () => world.executor.begun.length === 1);
    process.die();
    const other = world.conductor().runs;
    expect(await other.cancel(RUN, { by: 'carol', reason: 'stop' }, quiet())).toEqual(['rpm']);
    expect(world.executor.running()).toEqual([]);
    expect(await other.cancel(RUN, { by: 'carol', reason: 'stop' }, quiet())).toEqual([]);
  });

  test('of a step in this process drops its work', async () => {
    const world = new SimulatedWorld({ buildMs: () => 1_000_000 });
    const { runs } = await opened(world, { packages: { deb: build('deb', []) } });
    const driven = runs.drive(RUN, 'build', { signal: quiet() });
    await until(world, () => world.builds.length === 1);
    const from = world.clock.now();
    await world.conductor().runs.cancel(RUN, { step: id('deb'), by: 'carol', reason: 'stop' }, quiet());
    expect(await driven).toMatchObject({ state: 'cancelled', cancelled: [{ step: 'deb' }] });
    expect(world.clock.now() - from).toBeLessThan(1000);
  });

  test('a step that does not exist is an error that names those that do', async () => {
    const world = new SimulatedWorld();
    const { runs } = await opened(world, HELLO);
    await expect(runs.cancel(RUN, { step: id('dbe'), by: 'x', reason: 'y' }, quiet())).rejects.toThrow(/no step dbe/);
  });
});

describe('who conducts', () => {
  test('a second conductor is refused, and told who it is', async () => {
    const world = new SimulatedWorld({ behave: () => ({ ms: 60_000 }) });
    const { runs } = await opened(world, { packages: { rpm: script() } });
    const driven = runs.drive(RUN, 'build', { signal: quiet() });
    await expect(world.conductor().runs.drive(RUN, 'build', { signal: quiet() })).rejects.toMatchObject({
      code: 'SLIP_RUN_HELD',
      exitCode: EXIT.refused,
      message: expect.stringMatching(/process 0 on here/),
    });
    expect(await driven).toMatchObject({ state: 'done' });
  });

  test('interrupted, it leaves attempts running; driving again finds them and starts none twice', async () => {
    const world = new SimulatedWorld({ behave: () => ({ ms: 60_000 }) });
    const { runs } = await opened(world, { packages: { rpm: script(), deb: build('deb', []) } });
    const ctrlC = new AbortController();
    const driven = runs.drive(RUN, 'build', { signal: ctrlC.signal });
    void world.clock.sleepUntil((world.clock.now() + 300) as never).then(() => ctrlC.abort());
    expect(await driven).toMatchObject({ state: 'interrupted' });
    expect(world.executor.running()).toHaveLength(1);
    expect(await world.conductor().runs.drive(RUN, 'build', { signal: quiet() })).toMatchObject({ state: 'done' });
    expect(world.executor.begun).toHaveLength(1);
  });

  test.each([
    ['at its next heartbeat', 60_000],
    ['at its next receipt', 2300],
  ])('whose lease was taken finds out %s, and writes nothing more', async (_, ms) => {
    const world = new SimulatedWorld({ behave: () => ({ ms }) });
    const { runs } = await opened(world, { packages: { rpm: script() } });
    const driven = runs.drive(RUN, 'build', { signal: quiet() });
    driven.catch(() => undefined);
    await world.clock.sleepUntil((world.clock.now() + 2100) as never);
    const lease = await world.journal.leaseHolder(`run/${RUN}`);
    await world.journal.releaseLease(lease!);
    const holder = { host: 'there', bootId: 'b', pid: 0, startTime: '2' };
    await world.journal.acquireLease(`run/${RUN}`, holder, 1e9, world.clock.now());
    const before = await world.journal.head();
    await expect(driven).rejects.toMatchObject({ code: 'SLIP_LEASE_LOST' });
    expect(await world.journal.head()).toBe(before);
    expect(world.executor.stops).toEqual([]);
  });
});

describe('a config that changes before the packages are staged', () => {
  test('redoes the steps it touches and those that take them in, and keeps the others', async () => {
    const world = new SimulatedWorld();
    const { runs } = await opened(world, HELLO);
    await runs.drive(RUN, 'build', { signal: quiet() });
    const before = await runs.state(RUN);
    const packages = { ...HELLO.packages, tar: build('tar', ['app'], { summary: 'better' }) };
    const { changed } = await runs.open(planOf({ ...HELLO, packages }), 'alice');
    expect(changed).toEqual(['tar: options.summary']);
    expect(await runs.drive(RUN, 'build', { signal: quiet() })).toMatchObject({ state: 'done' });
    const after = await runs.state(RUN);
    expect(world.builds).toEqual(['hello-1.1.deb', 'hello-1.1.tar', 'hello-1.1.tar']);
    expect(world.executor.begun).toEqual(['slw-main-1.1-rpm-1', 'slw-main-1.1-rpm-2']);
    expect(world.fetches).toEqual(['app']);
    expect(after.steps.get(id('deb'))).toEqual(before.steps.get(id('deb')));
  });

  test('changed back, takes what was recorded for that very definition instead of making it again', async () => {
    const world = new SimulatedWorld();
    const { runs } = await opened(world, HELLO);
    await runs.drive(RUN, 'build', { signal: quiet() });
    const first = (await runs.state(RUN)).steps.get(id('tar'))?.result;
    const packages = { ...HELLO.packages, tar: build('tar', ['app'], { summary: 'better' }) };
    await runs.open(planOf({ ...HELLO, packages }), 'alice');
    await runs.drive(RUN, 'build', { signal: quiet() });
    await runs.open(planOf(HELLO), 'alice');
    await runs.drive(RUN, 'build', { signal: quiet() });
    expect((await runs.state(RUN)).steps.get(id('tar'))?.result).toEqual(first);
    expect(world.builds).toHaveLength(3);
    expect(world.executor.begun).toHaveLength(2);
  });

  test('the same plan again records nothing, whatever its times say', async () => {
    const world = new SimulatedWorld();
    const { runs } = await opened(world, HELLO);
    const before = await world.journal.head();
    const later = planOf(HELLO, { plannedAt: world.clock.now(), epoch: { environmentS: 7 } });
    expect((await runs.open(later, 'alice')).changed).toEqual([]);
    expect(await world.journal.head()).toBe(before);
  });

  test('an attempt under way for what nobody wants any more is ended, and its step begins anew', async () => {
    const world = new SimulatedWorld({ behave: ({ name }) => ({ ms: name.endsWith('-1') ? 1e7 : 1000 }) });
    const config = (run: string) => ({
      packages: { rpm: script([], { timeoutMs: 1e9, containers: [{ name: 'run', run, env: {} }] }) },
    });
    const { runs, process } = await opened(world, config('make'));
    void runs.drive(RUN, 'build', { signal: quiet() });
    await world.clock.sleepUntil((world.clock.now() + 1000) as never);
    process.die();
    const other = world.conductor().runs;
    await other.open(planOf(config('make all')), 'alice');
    expect(await other.drive(RUN, 'build', { signal: quiet() })).toMatchObject({ state: 'done' });
    expect(world.executor.begun).toEqual(['slw-main-1.1-rpm-1', 'slw-main-1.1-rpm-2']);
    expect(world.executor.stops).toMatchObject([{ reason: 'its definition has changed' }]);
  });
});

describe('bytes once recorded', () => {
  test('that are gone from the store are made again when they come out the same', async () => {
    const world = new SimulatedWorld();
    const { runs } = await opened(world, HELLO);
    await runs.drive(RUN, 'build', { signal: quiet() });
    const before = (await runs.state(RUN)).steps.get(id('deb'))?.result;
    world.store.lose(before!.files[0]!.sha256);
    expect(await runs.drive(RUN, 'build', { signal: quiet() })).toMatchObject({ state: 'done' });
    expect((await runs.state(RUN)).steps.get(id('deb'))?.result).toEqual(before);
    expect(world.builds.filter((name) => name.endsWith('.deb'))).toHaveLength(2);
  });

  test('are never replaced: a build that gives others is refused', async () => {
    let salt = 'a';
    const world = new SimulatedWorld({ buildSalt: () => salt });
    const { runs } = await opened(world, HELLO);
    await runs.drive(RUN, 'build', { signal: quiet() });
    world.store.lose((await runs.state(RUN)).steps.get(id('deb'))!.result!.files[0]!.sha256);
    salt = 'b';
    const { failures } = await runs.drive(RUN, 'build', { signal: quiet() });
    expect(failures).toMatchObject([{ step: 'deb', class: 'BYTES_CHANGED', isRefused: true }]);
  });
});

/** Graphs of up to seven steps: each takes in some of those before it. */
const graphs = fc
  .array(fc.record({ inProcess: fc.boolean(), ms: fc.integer({ min: 1, max: 5000 }), inputs: fc.nat() }), {
    minLength: 1,
    maxLength: 7,
  })
  .map((steps) => {
    const packages: Record<string, PackageConfig> = {};
    for (const [i, { inProcess, inputs }] of steps.entries()) {
      const names = ['app', ...Object.keys(packages)].filter((_, bit) => (inputs >> bit) & 1);
      packages[`p${i}`] = inProcess ? build('tar', names, { name: `p${i}` }) : script(names);
    }
    const config: RunConfig = { sources: { app: { kind: 'git', git: 'x' } }, packages };
    return { config, ms: steps.map((step) => step.ms) };
  });

const msOf = (ms: readonly number[], name: string) => ms[Number(/p(\d)/.exec(name)?.[1])] ?? 100;

async function digestsOf(world: SimulatedWorld) {
  const { steps } = await world.conductor().runs.state(RUN);
  return [...steps.values()].map(({ id: step, result, status }) => [step, status, result?.tree, result?.files]);
}

describe('whatever the order in which steps end', () => {
  test('the end is the same, and never more steps run at once than allowed', async () => {
    await fc.assert(
      fc.asyncProperty(
        graphs,
        fc.array(fc.integer({ min: 1, max: 5000 })),
        fc.integer({ min: 1, max: 3 }),
        async (graph, others, parallelSteps) => {
          const ends: unknown[] = [];
          for (const ms of [graph.ms, others]) {
            const world = new SimulatedWorld({
              behave: ({ name }) => ({ ms: msOf(ms, name) }),
              buildMs: (name) => msOf(ms, name),
              parallelSteps,
            });
            const { runs } = await opened(world, graph.config);
            expect(await runs.drive(RUN, 'build', { signal: quiet() })).toMatchObject({ state: 'done' });
            expect(world.mostParallel).toBeLessThanOrEqual(parallelSteps);
            ends.push(await digestsOf(world));
          }
          expect(ends[1]).toEqual(ends[0]);
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('a conductor killed at any moment', () => {
  interface Life {
    readonly before: RunConfig;
    /** The config as it is for the second conductor. */
    readonly after?: RunConfig;
    readonly script: WorldScript;
  }

  async function untilStopped(world: SimulatedWorld, process: Mortal, driven: Promise<unknown>) {
    let isOver = false;
    const over = driven.finally(() => {
      isOver = true;
    });
    over.catch(() => undefined);
    while (!process.isStopped && !isOver) await world.clock.sleepUntil((world.clock.now() + 50) as never);
    if (!process.isStopped) await over;
  }

  async function live({ before, after = before, script: how }: Life, stopAt: number, end: 'die' | 'freeze' = 'die') {
    const world = new SimulatedWorld(how);
    const first = world.conductor(stopAt, end);
    const driven = first.runs
      .open(planOf(before), 'alice')
      .then(() => first.runs.drive(RUN, 'build', { signal: quiet() }));
    driven.catch(() => undefined);
    await untilStopped(world, first.process, driven);
    if (end === 'freeze') await world.clock.sleepUntil((world.clock.now() + 5000) as never);
    const second = world.conductor();
    await second.runs.open(planOf(after), 'alice');
    const outcome = await second.runs.drive(RUN, 'build', { signal: quiet() });
    return { world, outcome, first: first.process, driven, digests: await digestsOf(world) };
  }

  function expectNothingTwice(world: SimulatedWorld) {
    expect(new Set(world.executor.begun).size).toBe(world.executor.begun.length);
    expect(world.executor.running()).toEqual([]);
    expect(world.executor.begun.every((name) => world.executor.isCleaned(name))).toBe(true);
  }

  const packages = { ...HELLO.packages, war: { kind: 'from', from: 'app' } } as const;
  const lives: readonly (readonly [string, Life, number | undefined])[] = [
    ['plain', { before: { ...HELLO, packages }, script: { behave: () => ({ ms: 300 }) } }, 1],
    [
      'an attempt that is lost',
      { before: HELLO, script: { behave: ({ name }) => ({ ms: 300, isLost: name.endsWith('-1') }) } },
      2,
    ],
    [
      'a config that has changed since',
      {
        before: HELLO,
        after: { ...HELLO, packages: { ...packages, tar: build('tar', ['app'], { summary: 'better' }) } },
        script: {},
      },
      undefined,
    ],
    ['a step that fails', { before: HELLO, script: { behave: () => failing } }, 1],
  ];

  test.each(lives)(
    '%s: the next one ends where it would have, and nothing is done twice',
    async (_, life, attempts) => {
      const whole = await live(life, Number.POSITIVE_INFINITY);
      expect(whole.first.calls.length).toBeGreaterThan(30);
      for (const [at, call] of whole.first.calls.entries()) {
        const { world, outcome, first, digests } = await live(life, at);
        expect({ call, isDead: first.isDead, outcome, digests }).toEqual({
          call,
          isDead: true,
          outcome: expect.objectContaining({ state: whole.outcome.state }),
          digests: whole.digests,
        });
        expect(new Set(world.executor.begun).size).toBe(world.executor.begun.length);
        if (attempts !== undefined) expect(world.executor.begun).toHaveLength(attempts);
        if (outcome.state === 'done') expectNothingTwice(world);
      }
    },
  );

  test('frozen instead, it wakes to find its lease gone, and changes nothing any more', async () => {
    const life: Life = { before: HELLO, script: { behave: () => ({ ms: 300 }) } };
    const whole = await live(life, Number.POSITIVE_INFINITY);
    for (const [at, call] of whole.first.calls.entries()) {
      const { world, first, driven, outcome, digests } = await live(life, at, 'freeze');
      expect({ call, outcome, digests }).toEqual({ call, outcome: whole.outcome, digests: whole.digests });
      const head = await world.journal.head();
      first.thaw();
      await driven.catch((error: unknown) => {
        if (!(error instanceof SlipwayError)) throw error;
      });
      expect({ call, head: await world.journal.head() }).toEqual({ call, head });
      expectNothingTwice(world);
    }
  });

  test('whatever the graph, and killed again and again', async () => {
    const deaths = fc.array(fc.integer({ min: 0, max: 80 }), { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(graphs, deaths, async ({ config, ms }, stops) => {
        const how: WorldScript = { behave: ({ name }) => ({ ms: msOf(ms, name) }), buildMs: (name) => msOf(ms, name) };
        const whole = await live({ before: config, script: how }, Number.POSITIVE_INFINITY);
        const world = new SimulatedWorld(how);
        for (const stopAt of stops) {
          const { runs, process } = world.conductor(stopAt);
          const driven = runs.open(planOf(config), 'alice').then(() => runs.drive(RUN, 'build', { signal: quiet() }));
          await untilStopped(world, process, driven);
        }
        const { runs } = await opened(world, config);
        expect(await runs.drive(RUN, 'build', { signal: quiet() })).toMatchObject({ state: 'done' });
        expect(await digestsOf(world)).toEqual(whole.digests);
        expect(world.executor.begun).toHaveLength(whole.world.executor.begun.length);
        expectNothingTwice(world);
      }),
      { numRuns: 60 },
    );
  }, 60_000);
});
