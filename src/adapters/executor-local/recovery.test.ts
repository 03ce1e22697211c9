import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { containerOf, linesOf, saidBy, specOf } from '../../../test/contracts/executor.ts';
import { LocalAgent, QUICK_POLICY } from '../../../test/support/local-agent.ts';
import { PROGRAM } from '../../../test/support/program.ts';
import { Script } from '../../../test/support/start-script.ts';
import type { AttemptSpec } from '../../domain/run/attempt.ts';
import { canonicalJson, type JsonValue } from '../../kernel/json.ts';
import { processesOf } from './end-processes.ts';
import { isAlive, type ProcessIdentity } from './process-identity.ts';
import { markEntries } from './step-environment.ts';

let conductor: Script;
beforeAll(async () => {
  conductor = await Script.of(new URL('../../../test/support/scripts/start-attempt.ts', import.meta.url));
});
afterAll(() => conductor.close());

let agent: LocalAgent;
beforeEach(async () => {
  agent = await LocalAgent.make();
});
afterEach(() => agent.close());

const nobody = () => new AbortController().signal;
const inFolder = (spec: AttemptSpec, file: string) => join(agent.folderOf(spec.name), file);
const exitOf = async (spec: AttemptSpec) => {
  const sighting = await agent.again().wait(spec.name, nobody());
  return sighting.state === 'exited' ? sighting.exit : sighting.state;
};

async function supervisorOf(spec: AttemptSpec): Promise<ProcessIdentity> {
  return JSON.parse(await readFile(inFolder(spec, 'pid'), 'utf8')) as ProcessIdentity;
}

const startedBy = (spec: AttemptSpec, when: 'before' | 'after') =>
  conductor.start(agent.attempts, agent.store.root, PROGRAM, when, JSON.stringify(spec));

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setImmediate(resolve));
}

describe('a conductor that is killed', () => {
  test('leaves its step running; another one finds it, goes on with its log and sees its end', async () => {
    const spec = specOf([containerOf('echo one; while ! test -e go; do sleep 0.05; done; echo two')]);
    agent.adopt(spec.name);
    const killed = await startedBy(spec, 'after');
    killed.kill('SIGKILL');
    await once(killed, 'exit');

    const next = agent.again();
    expect(await next.lookup(spec.name)).toMatchObject({ state: 'running' });
    await next.start(spec);
    const followed = linesOf(next, spec.name, { follow: true });
    await agent.writeIntoWork(spec.name, 'go');
    expect((await followed).filter(({ container }) => container === 'run').map(({ text }) => text)).toEqual([
      'one',
      'two',
    ]);
    expect(await exitOf(spec)).toEqual({ how: 'exit', container: 'run', code: 0 });
  });

  test('leaves a step that writes on: nothing blocks, nothing is lost', async () => {
    const spec = specOf([containerOf('echo ready; while ! test -e go; do sleep 0.05; done; seq 1 200000')]);
    agent.adopt(spec.name);
    const killed = await startedBy(spec, 'after');
    killed.kill('SIGKILL');
    await once(killed, 'exit');
    await agent.writeIntoWork(spec.name, 'go');
    expect(await exitOf(spec)).toEqual({ how: 'exit', container: 'run', code: 0 });
    expect(await saidBy(agent.executor, spec.name)).toEqual([
      'ready',
      ...Array.from({ length: 200_000 }, (_, i) => `${i + 1}`),
    ]);
  });

  // From "nothing has happened" to "the commands have run": a start takes about 60 ms here.
  test.each(Array.from({ length: 14 }, (_, i) => i * 9))(
    'after %i ms of starting: started again, the commands run exactly once',
    async (afterMs) => {
      const spec = specOf([containerOf('echo once')]);
      agent.adopt(spec.name);
      const killed = await startedBy(spec, 'before');
      const from = performance.now();
      await until(() => performance.now() - from >= afterMs);
      killed.kill('SIGKILL');
      await once(killed, 'exit');

      await agent.again().start(spec);
      expect(await exitOf(spec)).toEqual({ how: 'exit', container: 'run', code: 0 });
      expect(await saidBy(agent.executor, spec.name)).toEqual(['once']);
    },
  );
});

describe('a start that was cut off', () => {
  test('between the folder and the supervisor: the attempt is absent and can be started', async () => {
    const spec = specOf([containerOf('ls -A')]);
    await mkdir(agent.folderOf(spec.name), { recursive: true });
    await writeFile(inFolder(spec, 'spec.json'), canonicalJson(spec as unknown as JsonValue));
    await mkdir(inFolder(spec, 'work-cut-off'));
    await writeFile(inFolder(spec, 'work-cut-off/half'), 'a file');
    expect(await agent.executor.lookup(spec.name)).toEqual({ state: 'absent' });

    await agent.executor.start(spec);
    expect(await exitOf(spec)).toMatchObject({ how: 'exit', code: 0 });
    expect(await saidBy(agent.executor, spec.name)).toEqual(['.run']);
    await agent.executor.cleanUp(spec.name);
    expect((await readdir(agent.folderOf(spec.name))).sort()).toEqual([
      'exit.json',
      'log',
      'pid',
      'spec.json',
      'supervisor.log',
    ]);
  });

  test('while the supervisor was being told what to do: it begins nothing', async () => {
    const spec = specOf([containerOf('echo never')]);
    await mkdir(inFolder(spec, 'work-x'), { recursive: true });
    await writeFile(inFolder(spec, 'spec.json'), canonicalJson(spec as unknown as JsonValue));
    const launch = JSON.stringify({ prepared: 'work-x', path: '/usr/bin:/bin', policy: QUICK_POLICY, secrets: {} });
    for (const told of ['', '{', launch.slice(0, -1), launch]) {
      const supervisor = spawn(process.execPath, [PROGRAM, 'supervise', agent.folderOf(spec.name)], {
        stdio: ['pipe', 'ignore', 'ignore'],
      });
      supervisor.stdin.end(told); // without the newline that ends the message
      await once(supervisor, 'exit');
      expect(await agent.executor.lookup(spec.name)).toEqual({ state: 'absent' });
    }
  });

  test.each([
    ['that ends at once', [process.execPath, '-e', 'console.error("no room"); process.exit(3)'], 'no room'],
    ['that is not there', ['/nonexistent/node', 'supervise'], 'ENOENT'],
  ] as const)(
    'a supervisor %s is an error with its last words, and the attempt can still be started',
    async (_what, program, said) => {
      const spec = specOf([containerOf('echo ok')]);
      const starting = agent.again(program).start(spec);
      await expect(starting).rejects.toMatchObject({
        code: 'SLIP_SUPERVISOR_START',
        message: expect.stringContaining(said),
      });
      expect(await agent.executor.lookup(spec.name)).toEqual({ state: 'absent' });
      expect((await readdir(agent.folderOf(spec.name))).filter((name) => name.startsWith('work'))).toEqual([]);
      await agent.executor.start(spec);
      expect(await exitOf(spec)).toMatchObject({ how: 'exit', code: 0 });
    },
  );

  test('an attempt that was stopped before it began never begins', async () => {
    const spec = specOf([containerOf('echo never')]);
    await mkdir(agent.folderOf(spec.name), { recursive: true });
    await writeFile(inFolder(spec, 'spec.json'), canonicalJson(spec as unknown as JsonValue));
    await agent.executor.stop(spec.name, 'alice cancelled it');
    await agent.executor.start(spec);
    expect(await exitOf(spec)).toEqual({ how: 'stopped', reason: 'alice cancelled it' });
    expect(await saidBy(agent.executor, spec.name)).toEqual([]);
  });
});

describe('a supervisor that is killed', () => {
  const killed = async (script: string) => {
    const spec = specOf([containerOf(script)]);
    await agent.executor.start(spec);
    for await (const line of agent.executor.logs(spec.name, { follow: true, signal: nobody() }))
      if (line.text === 'ready') break;
    const supervisor = await supervisorOf(spec);
    const waiting = agent.executor.wait(spec.name, nobody());
    process.kill(supervisor.pid, 'SIGKILL');
    await until(() => !isAlive(supervisor));
    return { spec, waiting };
  };
  const leftOf = (spec: AttemptSpec) => processesOf({ environment: markEntries(spec.name, inFolder(spec, 'work')) });

  test('is lost, never taken for done, and never run again', async () => {
    const { spec, waiting } = await killed('echo ready; sleep 60');
    expect(await waiting).toEqual({ state: 'gone' });
    await agent.executor.start(spec);
    expect(await agent.executor.lookup(spec.name)).toEqual({ state: 'gone' });
  });

  test('leaves commands behind; stopping the attempt ends them, and it stays lost', async () => {
    const { spec } = await killed('echo ready; setsid sleep 60 & sleep 60');
    expect(leftOf(spec).length).toBeGreaterThan(0);
    await agent.executor.stop(spec.name, 'lost');
    expect(leftOf(spec)).toEqual([]);
    expect(await agent.executor.lookup(spec.name)).toEqual({ state: 'gone' });
  });

  test('keeps the log it has written; following it ends', async () => {
    const { spec } = await killed('echo ready; sleep 60');
    expect(await saidBy(agent.executor, spec.name)).toEqual(['ready']);
  });

  test('its outputs can be collected when a person says that the work was done', async () => {
    const { spec } = await killed('echo made > out.txt; echo key=value >> "$SLIPWAY_OUTPUT"; echo ready; sleep 60');
    const collected = await agent.executor.collect({ ...spec, outputs: ['out.txt'] });
    expect(collected).toMatchObject({ files: [{ path: 'out.txt' }], values: { key: 'value' } });
  });
});

describe('whether an attempt still runs', () => {
  const claimed = async (claim: object) => {
    const spec = specOf([containerOf('true')]);
    await mkdir(agent.folderOf(spec.name), { recursive: true });
    await writeFile(inFolder(spec, 'spec.json'), '{}');
    await writeFile(inFolder(spec, 'pid'), JSON.stringify({ startedAt: 1, ...claim }));
    return agent.executor.lookup(spec.name);
  };
  const own = async () => {
    const stat = await readFile('/proc/self/stat', 'utf8');
    const bootId = (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
    return { pid: process.pid, startTime: stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19], bootId };
  };

  test('is told by pid, start time and boot together: a reused pid is not mistaken for it', async () => {
    const self = await own();
    expect(await claimed(self)).toEqual({ state: 'running', startedAt: 1 });
    expect(await claimed({ ...self, startTime: '1' })).toEqual({ state: 'gone' });
    expect(await claimed({ ...self, bootId: 'another' })).toEqual({ state: 'gone' });
    expect(await claimed({ ...self, pid: 2 ** 22 + 1 })).toEqual({ state: 'gone' });
  });

  test('a record that is not ours is an error, never a guess', async () => {
    const spec = specOf([containerOf('true')]);
    await agent.executor.start(spec);
    await agent.executor.wait(spec.name, nobody());
    for (const text of ['', '{}', '{"exit":{"how":"exit"}', 'null']) {
      await writeFile(inFolder(spec, 'exit.json'), text);
      await expect(agent.executor.lookup(spec.name)).rejects.toMatchObject({ code: 'SLIP_ATTEMPT_DAMAGED' });
    }
  });

  test('a name that would lead elsewhere is refused', async () => {
    for (const name of ['..', '../x', 'a/b', '', '.hidden', 'x'.repeat(64), 'a\nb']) {
      await expect(agent.executor.lookup(name as AttemptSpec['name'])).rejects.toMatchObject({
        code: 'SLIP_ATTEMPT_NAME',
      });
    }
  });
});

describe('a work folder', () => {
  test('can be removed although a tool made parts of it read-only', async () => {
    const spec = specOf([containerOf('mkdir -p cache/mod; echo x > cache/mod/file; chmod -R a-w cache')]);
    await agent.executor.start(spec);
    await agent.executor.wait(spec.name, nobody());
    await agent.executor.cleanUp(spec.name);
    expect(await readdir(agent.folderOf(spec.name))).not.toContain('work');
  });

  test('holds copies: a step that changes its input changes nothing in the store', async () => {
    const { sha256 } = await agent.store.put(Buffer.from('as it was'));
    const { sha256: tree } = await agent.trees.storeTree([{ path: 'file', mode: 0o644, sha256, sizeBytes: 9 }]);
    const spec = specOf([containerOf('echo changed > app/file')], { inputs: { app: tree } });
    await agent.executor.start(spec);
    expect(await exitOf(spec)).toMatchObject({ code: 0 });
    expect((await agent.store.read(sha256)).toString()).toBe('as it was');
  });

  test('that vanished is said plainly, also when nothing was to be collected', async () => {
    const spec = specOf([containerOf('true')]);
    await agent.executor.start(spec);
    await agent.executor.wait(spec.name, nobody());
    await rm(inFolder(spec, 'work'), { recursive: true });
    await expect(agent.executor.collect(spec)).rejects.toMatchObject({ code: 'SLIP_ATTEMPT_WORK_GONE' });
  });
});
