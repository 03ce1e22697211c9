import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { containerOf, linesOf, saidBy, specOf } from '../../../test/contracts/executor.ts';
import { LocalAgent } from '../../../test/support/local-agent.ts';
import type { AttemptSpec, ContainerSpec } from '../../domain/run/attempt.ts';
import { processesOf } from './end-processes.ts';
import { processStat } from './process-identity.ts';
import { markEntries } from './step-environment.ts';

let agent: LocalAgent;
beforeEach(async () => {
  agent = await LocalAgent.make();
});
afterEach(() => agent.close());

const nobody = () => new AbortController().signal;

async function run(script: string, more: Partial<AttemptSpec> = {}, container: Partial<ContainerSpec> = {}) {
  const spec = specOf([containerOf(script, container)], more);
  await agent.executor.start(spec);
  const sighting = await agent.executor.wait(spec.name, nobody());
  if (sighting.state !== 'exited') throw new Error('lost');
  const lines = await linesOf(agent.executor, spec.name);
  return {
    spec,
    exit: sighting.exit,
    tookMs: sighting.endedAt - sighting.startedAt,
    said: lines.filter((line) => line.container !== 'slipway'),
    notes: lines.filter((line) => line.container === 'slipway').map(({ text }) => text),
  };
}

const leftOf = (spec: AttemptSpec) =>
  processesOf({ environment: markEntries(spec.name, join(agent.folderOf(spec.name), 'work')) });

/** Resolves when the attempt has said so. */
async function until(spec: AttemptSpec, text: string): Promise<void> {
  for await (const line of agent.executor.logs(spec.name, { follow: true, signal: nobody() })) {
    if (line.text.includes(text)) return;
  }
  throw new Error(`it never said ${text}`);
}

describe('what a script ends with', () => {
  test('a shell that a signal ended is reported with that signal', async () => {
    expect((await run('kill -SEGV $$')).exit).toEqual({ how: 'signal', container: 'run', signal: 'SIGSEGV' });
  });

  test('a command that is not installed is exit 127, with the shell’s words and a sentence of ours in the log', async () => {
    const { exit, said, notes } = await run('frobnicate --now');
    expect(exit).toEqual({ how: 'exit', container: 'run', code: 127 });
    expect(said.map(({ text }) => text).join()).toContain('frobnicate');
    expect(notes.join('\n')).toContain('run ended with exit code 127: a command was not found.');
  });

  test('the first command that fails ends a script, an unset variable too, in bash also inside a pipe', async () => {
    expect((await run('false; echo on')).exit).toMatchObject({ code: 1 });
    expect((await run('echo "$NOT_SET"; echo on')).exit).toMatchObject({ code: 2 });
    expect((await run('false | cat; echo on')).exit).toMatchObject({ code: 0 });
    expect((await run('false | cat; echo on', {}, { shell: 'bash' })).exit).toMatchObject({ code: 1 });
  });

  test('a dir that is not there, is a file, or leads out of the work folder is named', async () => {
    for (const [dir, script] of [
      ['packaging', 'true'],
      ['.run/output', 'true'],
    ] as const) {
      const { exit } = await run(script, { dir });
      expect(exit).toMatchObject({
        how: 'agent',
        code: 'SLIP_AGENT_DIR_MISSING',
        message: expect.stringContaining(dir),
      });
    }
    const { sha256: tree } = await agent.trees.storeTree([{ path: 'deep/link', link: '../other' }]);
    const leadOut = 'cd ../..; rm -r app/deep; ln -s /etc app/deep';
    const spec = specOf([containerOf(leadOut, { name: 'one' }), containerOf('pwd', { name: 'two' })], {
      inputs: { app: tree },
      dir: 'app/deep',
    });
    await agent.executor.start(spec);
    expect(await agent.executor.wait(spec.name, nobody())).toMatchObject({
      exit: { how: 'agent', code: 'SLIP_AGENT_DIR_MISSING', message: expect.stringContaining('leads out') },
    });
    expect(await saidBy(agent.executor, spec.name)).toEqual([]);
  });

  test('an environment that is too large for the system is a failure of the agent, without any of its text', async () => {
    const { exit } = await run('true', {}, { env: { HUGE: 'h'.repeat(3_000_000) } });
    expect(exit).toMatchObject({ how: 'agent', code: 'SLIP_AGENT_SPAWN', message: expect.stringContaining('E2BIG') });
    const nul = await run('true', {}, { env: { BROKEN: 'se\0cret-text' } });
    expect(nul.exit).toMatchObject({ how: 'agent', code: 'SLIP_AGENT_ENVIRONMENT' });
    expect(JSON.stringify(nul.exit)).not.toContain('cret-text');
  });
});

describe('ending a script', () => {
  test('one that ignores TERM is killed after the grace, and the time-out is what is reported', async () => {
    const { exit, spec, tookMs } = await run(`trap '' TERM; echo deaf; while :; do sleep 0.1; done`, {
      timeoutMs: 300,
    });
    expect(exit).toEqual({ how: 'timeout', container: 'run', afterMs: 300 });
    expect(tookMs).toBeGreaterThanOrEqual(1000); // 300 ms and the grace of 700 ms
    expect(leftOf(spec)).toEqual([]);
  });

  test('one that answers TERM may clean up, and what it says then is kept', async () => {
    const spec = specOf([containerOf(`trap 'echo cleaning; exit 0' TERM; echo ready; while :; do sleep 0.05; done`)]);
    await agent.executor.start(spec);
    await until(spec, 'ready');
    await agent.executor.stop(spec.name, 'enough');
    expect(await agent.executor.lookup(spec.name)).toMatchObject({ exit: { how: 'stopped', reason: 'enough' } });
    expect(await saidBy(agent.executor, spec.name)).toEqual(expect.arrayContaining(['ready', 'cleaning']));
  });

  test('one that says nothing at all is ended by its time-out', async () => {
    const { exit, said, notes } = await run('sleep 60', { timeoutMs: 200 });
    expect(exit).toMatchObject({ how: 'timeout' });
    expect(said).toEqual([]);
    expect(notes.join('\n')).toContain('time-out of 0.2 s');
  });

  test('stopping ends every container that would follow', async () => {
    const spec = specOf([containerOf('echo one; sleep 60', { name: 'a' }), containerOf('echo two', { name: 'b' })]);
    await agent.executor.start(spec);
    await until(spec, 'one');
    await agent.executor.stop(spec.name, 'enough');
    expect(await saidBy(agent.executor, spec.name)).toEqual(['one']);
  });
});

describe('what a script leaves running', () => {
  test('a grandchild in a session of its own that holds the log open is ended, and does not hold up the attempt', async () => {
    const { exit, spec, notes, said } = await run('setsid sleep 300 & echo done');
    expect(exit).toEqual({ how: 'exit', container: 'run', code: 0 });
    expect(said.map(({ text }) => text)).toEqual(['done']);
    expect(notes.join('\n')).toMatch(/left processes running; they are ended now: sleep \(\d+\)/);
    expect(leftOf(spec)).toEqual([]);
  });

  test('one that also ignores TERM and forks is killed', async () => {
    const deaf = `trap "" TERM; while :; do sleep 0.05; done`;
    const { exit, spec } = await run(`setsid sh -c '${deaf}' & setsid sh -c '${deaf}' & echo done`);
    expect(exit).toMatchObject({ how: 'exit', code: 0 });
    expect(leftOf(spec)).toEqual([]);
  });

  test('a time-out ends a grandchild in a session of its own too', async () => {
    const { exit, spec } = await run('setsid sleep 300 & sleep 300', { timeoutMs: 300 });
    expect(exit).toMatchObject({ how: 'timeout' });
    expect(leftOf(spec)).toEqual([]);
  });

  test('one that has thrown away its environment cannot be found; the log says that it holds the output', async () => {
    const { exit, notes, said } = await run('env -i setsid sleep 300 & echo "$!"');
    const pid = Number(said[0]?.text);
    try {
      expect(exit).toMatchObject({ how: 'exit', code: 0 });
      expect(notes.join('\n')).toContain('Something still holds the output of run open');
      expect(processStat(pid)?.command).toBe('sleep');
    } finally {
      process.kill(pid, 'SIGKILL');
    }
  });

  test('the last lines of a filter that outlives the script by a moment are kept', async () => {
    const { said, notes } = await run('exec > >(sleep 0.1; cat); echo first; echo last', {}, { shell: 'bash' });
    expect(said.map(({ text }) => text)).toEqual(['first', 'last']);
    expect(notes.join('\n')).not.toContain('left processes');
  });

  test('a process of another project’s attempt with the same name is left alone', async () => {
    const other = await LocalAgent.make();
    try {
      const spec = specOf([containerOf('echo here; sleep 60')]);
      await other.executor.start(spec);
      await agent.executor.start(spec);
      await until(spec, 'here');
      await agent.executor.stop(spec.name, 'only mine');
      expect(await other.executor.lookup(spec.name)).toMatchObject({ state: 'running' });
    } finally {
      await other.close();
    }
  });
});

describe('the log', () => {
  test('a last line without a newline is kept, and said to be without one', async () => {
    const { said } = await run(`echo first; printf 'no newline'`);
    expect(said.map(({ text, isComplete }) => [text, isComplete])).toEqual([
      ['first', true],
      ['no newline', false],
    ]);
  });

  test('a prompt without a newline is shown while the script waits', async () => {
    const spec = specOf([containerOf(`printf 'Password: '; sleep 60`)]);
    await agent.executor.start(spec);
    await until(spec, 'Password: ');
    expect(await agent.executor.lookup(spec.name)).toMatchObject({ state: 'running' });
  });

  test('bytes that are no text are in the file as the command wrote them', async () => {
    const { spec, said } = await run(`printf 'a\\000b\\377c\\r\\n'`);
    expect(
      (await readFile(join(agent.folderOf(spec.name), 'log'))).includes(Buffer.from('a\0b\xffc\r\n', 'latin1')),
    ).toBe(true);
    expect(said[0]?.text).toBe('a\0b\ufffdc\r');
  });

  test('a damaged log is shown word for word', async () => {
    const { spec } = await run('echo ok');
    const log = join(agent.folderOf(spec.name), 'log');
    await writeFile(log, `not a record\n${'x'.repeat(100_000)}\nthe end, cut`);
    const lines = await linesOf(agent.executor, spec.name);
    expect(lines.map(({ text }) => text).join('')).toBe(`not a record${'x'.repeat(100_000)}the end, cut`);
    expect(await linesOf(agent.executor, spec.name, { from: lines[0]!.next })).toEqual(lines.slice(1));
  });
});
