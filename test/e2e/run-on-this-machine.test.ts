import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { AGENT_VOICE } from '../../src/domain/attempt-log/log-record.ts';
import type { RunPlan } from '../../src/domain/run/run-plan.ts';
import type { RunState } from '../../src/domain/run/run-state.ts';
import type { AttemptName, StepId } from '../../src/kernel/ids.ts';
import { ChildScript } from '../support/child-process.ts';
import { type LocalRun, openLocalRun } from '../support/local-run.ts';
import { PROGRAM } from '../support/program.ts';
import { build, planOf, RUN, type RunConfig, script } from '../support/simulated/run-config.ts';

const quiet = () => new AbortController().signal;
const id = (step: string) => step as StepId;
const run = (text: string, more: Parameters<typeof script>[1] = {}) =>
  script(['app'], {
    outputs: ['out/*'],
    ...more,
    containers: [{ name: 'run', run: `mkdir -p out\n${text}`, env: {} }],
  });

let folder = '';
let local: LocalRun;
const opened: LocalRun[] = [];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-run-'));
  mkdirSync(join(folder, 'app'));
  writeFileSync(join(folder, 'app/hello'), '#!/bin/sh\necho hello\n', { mode: 0o755 });
  local = await open();
});

afterEach(async () => {
  for (const { world, runs, close } of opened.splice(0)) {
    const { steps } = await runs.state(RUN);
    for (const step of steps.values())
      for (const { name } of step.attempts) await world.executor.stop(name, 'the test is over');
    await close();
  }
  rmSync(folder, { recursive: true, force: true });
});

async function open(): Promise<LocalRun> {
  const another = await openLocalRun(join(folder, '.slipway'), PROGRAM);
  opened.push(another);
  return another;
}

const plan = (packages: RunConfig['packages']): RunPlan =>
  planOf({ sources: { app: { kind: 'path', path: 'app' } }, packages }, { baseDir: folder });

async function until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; !(await condition()); tries++) {
    if (tries > 1000) throw new Error(`it never came to this: ${what}`);
    await pause(20);
  }
}

const textOf = async (state: RunState, step: string): Promise<string> => {
  const [file] = state.steps.get(id(step))?.result?.files ?? [];
  if (file === undefined) throw new Error(`${step} has no file`);
  return (await local.world.store.read(file.sha256)).toString('utf8');
};

/** Every line that the commands of an attempt wrote, as the agent gives it. */
async function linesOf({ world }: LocalRun, attempt: string): Promise<readonly string[]> {
  const lines: string[] = [];
  for await (const line of world.executor.logs(attempt as AttemptName, { signal: quiet() })) {
    if (line.container !== AGENT_VOICE) lines.push(line.text);
  }
  return lines;
}

const HELLO = { name: 'hello', files: { 'app/hello': { to: '/usr/bin/hello' } } };

describe('a run on this machine', () => {
  test('builds packages in this process and by scripts, and steps take in what others made', async () => {
    await local.runs.open(
      plan({
        deb: build('deb', ['app'], HELLO),
        tar: build('tar', ['app'], { ...HELLO, files: { 'app/hello': { to: 'hello' } } }),
        list: script(['deb', 'tar', 'app'], {
          outputs: ['out/*.txt'],
          containers: [{ name: 'run', run: 'mkdir out; ls deb tar app > out/list-$SLIPWAY_VERSION.txt', env: {} }],
        }),
      }),
      'alice',
    );
    expect(await local.runs.drive(RUN, 'build', { signal: quiet() })).toMatchObject({ state: 'done', failures: [] });
    const state = await local.runs.state(RUN);
    expect(state.steps.get(id('deb'))?.result?.files[0]).toMatchObject({
      fileName: 'hello_1.1_all.deb',
      facts: { format: 'deb', name: 'hello', version: '1.1' },
    });
    const list = await textOf(state, 'list');
    expect(list).toContain('hello_1.1_all.deb');
    expect(list).toContain('hello-1.1.tar.gz');
    expect(state.steps.get(id('list'))?.result?.files[0]?.fileName).toBe('list-1.1.txt');
  });

  test('two steps run at the same time: each waits for a sign of the other', async () => {
    const meet = (mine: string, other: string) =>
      run(`touch ${folder}/${mine}; until [ -e ${folder}/${other} ]; do sleep 0.02; done; echo ${mine} > out/${mine}`, {
        timeoutMs: 20_000,
      });
    await local.runs.open(plan({ left: meet('left', 'right'), right: meet('right', 'left') }), 'alice');
    expect(await local.runs.drive(RUN, 'build', { signal: quiet() })).toMatchObject({ state: 'done' });
  });

  test('a failing branch leaves the other to finish; mended, resume runs the failed step alone', async () => {
    const mended = join(folder, 'mended');
    const packages = {
      bad: run(`echo compiling; echo "no such header" >&2; test -e ${mended}; echo ok > out/bad.txt`),
      good: run('echo fine > out/good.txt'),
      after: script(['bad'], {
        outputs: ['*.txt'],
        containers: [{ name: 'run', run: 'cat bad/bad.txt > a.txt', env: {} }],
      }),
    };
    await local.runs.open(plan(packages), 'alice');
    const { state, failures } = await local.runs.drive(RUN, 'build', { signal: quiet() });
    expect(state).toBe('failed');
    expect(failures).toMatchObject([
      { step: 'bad', class: 'STEP_FAILED', exitCode: 1, lastLines: ['compiling', 'no such header'] },
    ]);
    const before = (await local.runs.state(RUN)).steps.get(id('good'));
    expect(before?.status).toBe('succeeded');

    writeFileSync(mended, '');
    await local.runs.resume(RUN, { by: 'bob', reason: 'header is there' });
    expect(await local.runs.drive(RUN, 'build', { signal: quiet() })).toMatchObject({ state: 'done' });
    const after = await local.runs.state(RUN);
    expect(after.steps.get(id('good'))).toEqual(before);
    expect(after.steps.get(id('bad'))?.attempts.map(({ number }) => number)).toEqual([1, 2]);
    expect(await textOf(after, 'after')).toBe('ok\n');
  });

  test('a step that takes too long is ended and failed, and says after how long', async () => {
    await local.runs.open(plan({ slow: run('echo waiting; sleep 600', { timeoutMs: 700 }) }), 'alice');
    const { failures } = await local.runs.drive(RUN, 'build', { signal: quiet() });
    expect(failures).toMatchObject([
      { class: 'STEP_TIMEOUT', sentence: expect.stringContaining('0.7 s'), lastLines: ['waiting'] },
    ]);
  });

  test('outputs that are not there fail the step with the pattern that matched nothing', async () => {
    await local.runs.open(plan({ none: run('true', { outputs: ['out/*.rpm'] }) }), 'alice');
    const { failures } = await local.runs.drive(RUN, 'build', { signal: quiet() });
    expect(failures).toMatchObject([{ step: 'none', sentence: expect.stringContaining('out/*.rpm') }]);
  });

  test('a deb of another version than the release is refused: it was packaged from something stale', async () => {
    const stale = build('deb', ['app'], { ...HELLO, version: '1.0' });
    const copy = script(['stale'], {
      outputs: ['*.deb'],
      containers: [{ name: 'run', run: 'cp stale/*.deb .', env: {} }],
    });
    await local.runs.open(plan({ stale, copy }), 'alice');
    const { failures } = await local.runs.drive(RUN, 'build', { signal: quiet() });
    expect(failures).toMatchObject([{ step: 'copy', sentence: expect.stringMatching(/version 1\.0, not 1\.1/) }]);
  });

  test('cancelled from another process, its commands are gone and the reason is on record', async () => {
    await local.runs.open(plan({ long: run(`touch ${folder}/began; sleep 600`) }), 'alice');
    const driven = local.runs.drive(RUN, 'build', { signal: quiet() });
    await until('the commands run', () => existsSync(join(folder, 'began')));
    const other = await open();
    expect(await other.runs.cancel(RUN, { by: 'carol', reason: 'wrong branch' }, quiet())).toEqual(['long']);
    expect(await driven).toMatchObject({ state: 'cancelled', cancelled: [{ by: 'carol', reason: 'wrong branch' }] });
    expect(await local.world.executor.lookup('slw-main-1.1-long-1' as AttemptName)).toMatchObject({
      state: 'exited',
      exit: { how: 'stopped', reason: 'wrong branch' },
    });
  });

  test('an attempt whose supervisor was killed is lost; what may run twice does, the other waits for a person', async () => {
    const once = `echo $$ >> ${folder}/runs; echo bytes > out/x.txt; test $(wc -l < ${folder}/runs) -gt 1 || sleep 600`;
    for (const idempotent of [true, false]) {
      rmSync(join(folder, 'runs'), { force: true });
      const runId = (idempotent ? RUN : 'main-1.2') as typeof RUN;
      const step = run(once, { idempotent, retryDelayMs: 10 });
      await local.runs.open({ ...plan({ x: step }), release: runId }, 'alice');
      const driven = local.runs.drive(runId, 'build', { signal: quiet() });
      await until('the commands run', () => existsSync(join(folder, 'runs')));
      const claim = JSON.parse(readFileSync(join(folder, `.slipway/attempts/slw-${runId}-x-1/pid`), 'utf8')) as {
        pid: number;
      };
      process.kill(claim.pid, 'SIGKILL');
      const outcome = await driven;
      if (idempotent) {
        expect(outcome).toMatchObject({ state: 'done' });
        expect(readFileSync(join(folder, 'runs'), 'utf8').trim().split('\n')).toHaveLength(2);
      } else {
        expect(outcome).toMatchObject({ state: 'waiting', waiting: [{ step: 'x', attempt: `slw-${runId}-x-1` }] });
        await local.runs.decide(runId, { step: id('x'), is: 'done', reason: 'x.txt is complete', by: 'bob' });
        expect(await local.runs.drive(runId, 'build', { signal: quiet() })).toMatchObject({ state: 'done' });
        expect(readFileSync(join(folder, 'runs'), 'utf8').trim().split('\n')).toHaveLength(1);
      }
    }
  });
});

describe('a conductor that dies', () => {
  let conduct: ChildScript;
  beforeAll(() => {
    conduct = new ChildScript('scripts/conduct-run.ts');
  });
  afterAll(() => conduct.remove());

  /** Two packages; the script counts its runs where no work folder is, and takes long enough to outlive its conductor. */
  const twoPackages = (where: string): RunConfig['packages'] => ({
    deb: build('deb', ['app'], HELLO),
    txt: run(
      `echo run >> ${where}/runs; for i in 1 2 3 4 5; do echo "line $i"; sleep 0.03; done; cat app/hello > out/hello.txt`,
    ),
  });

  interface Ended {
    readonly state?: string;
    readonly appends: number;
  }

  async function conducted(where: string, when: string, k: number): Promise<Ended> {
    const planFile = join(where, 'plan.json');
    writeFileSync(planFile, JSON.stringify({ ...plan(twoPackages(where)), baseDir: folder }));
    const child = conduct.start(PROGRAM, join(where, '.slipway'), planFile, when, String(k));
    let last: Ended = { appends: 0 };
    try {
      for (;;) last = await child.next<Ended>();
    } catch {
      return last; // it has ended, of itself or by its own hand
    }
  }

  test('with SIGKILL at any record leaves a run that the next one completes: no commands twice, no line of the log lost', {
    timeout: 240_000,
  }, async () => {
    const fresh = (name: string) => {
      const where = join(folder, name);
      mkdirSync(where);
      return where;
    };
    const { appends, state } = await conducted(fresh('whole'), 'after', 0);
    expect(state).toBe('done');
    const whole = await openLocalRun(join(folder, 'whole/.slipway'), PROGRAM);
    const expected = endOf(await whole.runs.state(RUN));
    await whole.close();
    expect(appends).toBeGreaterThan(6);

    for (const when of ['after', 'before']) {
      for (let k = 1; k <= appends; k++) {
        const where = fresh(`${when}-${k}`);
        const killed = await conducted(where, when, k);
        expect({ when, k, state: killed.state }).not.toMatchObject({ state: 'done' });
        const next = await openLocalRun(join(where, '.slipway'), PROGRAM);
        await next.runs.open({ ...plan(twoPackages(where)), baseDir: folder }, 'alice');
        const outcome = await next.runs.drive(RUN, 'build', { signal: quiet() });
        expect({ when, k, outcome }).toMatchObject({ outcome: { state: 'done' } });
        expect({ when, k, end: endOf(await next.runs.state(RUN)) }).toEqual({ when, k, end: expected });
        expect({ when, k, runs: readFileSync(join(where, 'runs'), 'utf8') }).toEqual({ when, k, runs: 'run\n' });
        expect(await linesOf(next, 'slw-main-1.1-txt-1')).toEqual(['line 1', 'line 2', 'line 3', 'line 4', 'line 5']);
        await next.close();
        rmSync(where, { recursive: true, force: true });
      }
    }
  });

  const endOf = (state: RunState) =>
    [...state.steps.values()].map(({ id: step, status, attempts, result }) => ({
      step,
      status,
      attempts: attempts.map(({ name, status: at, exit, isCleaned }) => ({ name, at, how: exit?.how, isCleaned })),
      tree: result?.tree,
      files: result?.files,
    }));
});
