import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { AttemptSpec, ContainerSpec } from '../../src/domain/run/attempt.ts';
import type { AttemptName, Sha256 } from '../../src/kernel/ids.ts';
import type { ArtifactStore } from '../../src/ports/artifact-store.ts';
import type { Executor, LogLine } from '../../src/ports/executor.ts';
import type { TreeStore } from '../../src/ports/tree-store.ts';
import { type MapSecrets, reference } from '../support/map-secrets.ts';

/** What the scripts of the suite do, in the language of the executor's containers. */
export interface ExecutorScripts {
  print(text: string): string;
  printError(text: string): string;
  printFile(path: string): string;
  printVariable(name: string): string;
  exit(code: number): string;
  write(path: string, text: string): string;
  setValue(key: string, value: string): string;
  setValueFromVariable(key: string, variable: string): string;
  /** Runs until it is ended, or for a minute. */
  stay(): string;
  /** Runs until a file that another script or the test writes is there. */
  stayUntilWritten(path: string): string;
}

export const SHELL_SCRIPTS: ExecutorScripts = {
  print: (text) => `printf '%s\\n' '${text}'`,
  printError: (text) => `printf '%s\\n' '${text}' >&2`,
  printFile: (path) => `cat '${path}'`,
  printVariable: (name) => `printf '%s\\n' "$${name}"`,
  exit: (code) => `exit ${code}`,
  write: (path, text) => `mkdir -p "$(dirname '${path}')"; printf '%s' '${text}' > '${path}'`,
  setValue: (key, value) => `echo '${key}=${value}' >> "$SLIPWAY_OUTPUT"`,
  setValueFromVariable: (key, variable) => `echo "${key}=$${variable}" >> "$SLIPWAY_OUTPUT"`,
  stay: () => 'sleep 60',
  stayUntilWritten: (path) => `while ! test -e '${path}'; do sleep 0.05; done`,
};

export interface ExecutorUnderTest {
  readonly executor: Executor;
  readonly store: ArtifactStore;
  readonly trees: TreeStore;
  readonly secrets: MapSecrets;
  readonly scripts: ExecutorScripts;
  /** Another conductor's executor, which has never heard of what this one did. */
  again(): Executor;
  /** Writes a file that a running attempt's script can see. */
  writeIntoWork(name: AttemptName, path: string): Promise<void>;
  close(): Promise<void>;
}

const nobody = () => new AbortController().signal;

export async function linesOf(
  executor: Executor,
  name: AttemptName,
  options: { from?: number; lastBytes?: number; follow?: boolean } = {},
): Promise<readonly LogLine[]> {
  const lines: LogLine[] = [];
  for await (const line of executor.logs(name, { ...options, signal: nobody() })) lines.push(line);
  return lines;
}

/** What the containers said, without what the agent itself has to say. */
export async function saidBy(executor: Executor, name: AttemptName): Promise<readonly string[]> {
  const lines = await linesOf(executor, name, { follow: true });
  return lines.filter(({ container }) => container !== 'slipway').map(({ text }) => text);
}

export const containerOf = (run: string, more: Partial<ContainerSpec> = {}): ContainerSpec => ({
  name: 'run',
  run,
  shell: 'sh',
  env: {},
  secretEnv: {},
  ...more,
});

let attempts = 0;

export const specOf = (containers: readonly ContainerSpec[], more: Partial<AttemptSpec> = {}): AttemptSpec => ({
  name: `slw-main-1.0-step-${++attempts}` as AttemptName,
  containers,
  inputs: {},
  outputs: [],
  timeoutMs: 30_000,
  sourceDateEpochS: 1_700_000_000,
  variables: { SLIPWAY_VERSION: '1.0' },
  ...more,
});

/** What every executor promises. How its agents die is tested beside each adapter: only it can make them. */
export function executorContract(name: string, make: () => Promise<ExecutorUnderTest>): void {
  describe(`the executor contract, kept by ${name}`, () => {
    let made: ExecutorUnderTest;
    let executor: Executor;
    let scripts: ExecutorScripts;

    beforeEach(async () => {
      made = await make();
      ({ executor, scripts } = made);
    });
    afterEach(() => made.close());

    const finished = async (spec: AttemptSpec) => {
      await executor.start(spec);
      const sighting = await executor.wait(spec.name, nobody());
      if (sighting.state !== 'exited') throw new Error(`the attempt is ${sighting.state}`);
      return sighting;
    };

    describe('running', () => {
      test('a script that ends well is an exit 0 that anybody can look up', async () => {
        const spec = specOf([containerOf(scripts.print('built'))]);
        const sighting = await finished(spec);
        expect(sighting.exit).toEqual({ how: 'exit', container: 'run', code: 0 });
        expect(sighting.endedAt).toBeGreaterThanOrEqual(sighting.startedAt);
        expect(await made.again().lookup(spec.name)).toEqual(sighting);
        expect(await saidBy(executor, spec.name)).toEqual(['built']);
      });

      test('a script that fails keeps its exit code', async () => {
        const { exit } = await finished(specOf([containerOf(scripts.exit(42))]));
        expect(exit).toEqual({ how: 'exit', container: 'run', code: 42 });
      });

      test('containers run one after the other in the same folder', async () => {
        const spec = specOf([
          containerOf(scripts.write('made/by-build', 'for you'), { name: 'build' }),
          containerOf(scripts.printFile('made/by-build'), { name: 'sign' }),
        ]);
        expect((await finished(spec)).exit).toEqual({ how: 'exit', container: 'sign', code: 0 });
        expect(await saidBy(executor, spec.name)).toEqual(['for you']);
      });

      test('the first container that fails ends the attempt; the next one never runs', async () => {
        const spec = specOf([
          containerOf(scripts.exit(3), { name: 'build' }),
          containerOf(scripts.print('signed'), { name: 'sign' }),
        ]);
        expect((await finished(spec)).exit).toEqual({ how: 'exit', container: 'build', code: 3 });
        expect(await saidBy(executor, spec.name)).toEqual([]);
      });

      test('inputs lie at ./<name>/ and scripts run in dir', async () => {
        const { sha256: notes } = await made.store.put(Buffer.from('release notes\n'));
        const { sha256: tree } = await made.trees.storeTree([
          { path: 'docs/notes.txt', mode: 0o644, sha256: notes, sizeBytes: 14 },
        ]);
        const spec = specOf([containerOf(scripts.printFile('notes.txt'))], {
          inputs: { packaging: tree },
          dir: 'packaging/docs',
        });
        expect((await finished(spec)).exit).toMatchObject({ how: 'exit', code: 0 });
        expect(await saidBy(executor, spec.name)).toEqual(['release notes']);
      });

      test('scripts see their variables, the time of the source, UTC, and their own env', async () => {
        const names = ['SLIPWAY_VERSION', 'SOURCE_DATE_EPOCH', 'TZ', 'LANG', 'GREETING'];
        const spec = specOf([containerOf(names.map(scripts.printVariable).join('\n'), { env: { GREETING: 'ahoy' } })]);
        await finished(spec);
        expect(await saidBy(executor, spec.name)).toEqual(['1.0', '1700000000', 'UTC', 'C.UTF-8', 'ahoy']);
      });

      test('a step that is too slow is ended by its time-out', async () => {
        const spec = specOf([containerOf(scripts.stay())], { timeoutMs: 300 });
        expect((await finished(spec)).exit).toEqual({ how: 'timeout', container: 'run', afterMs: 300 });
      });
    });

    describe('names', () => {
      test('an attempt that was never started is absent, has no log, and waiting for it does not hang', async () => {
        const nameless = specOf([]).name;
        expect(await executor.lookup(nameless)).toEqual({ state: 'absent' });
        expect(await linesOf(executor, nameless, { follow: true })).toEqual([]);
        expect(await executor.wait(nameless, nobody())).toEqual({ state: 'gone' });
        await executor.stop(nameless, 'not needed');
        await executor.cleanUp(nameless);
        expect(await executor.lookup(nameless)).toEqual({ state: 'absent' });
      });

      test('starting a name again is the same as once, while it runs and after it ended', async () => {
        const spec = specOf([containerOf(`${scripts.print('once')}\n${scripts.stayUntilWritten('go')}`)]);
        await executor.start(spec);
        await executor.start(spec);
        await made.again().start(spec);
        await made.writeIntoWork(spec.name, 'go');
        const sighting = await executor.wait(spec.name, nobody());
        await executor.start(spec);
        expect(await executor.lookup(spec.name)).toEqual(sighting);
        expect(await saidBy(executor, spec.name)).toEqual(['once']);
      });

      test('two conductors that start the same attempt at once run its commands once', async () => {
        const spec = specOf([containerOf(scripts.print('once'))]);
        await Promise.all([executor.start(spec), made.again().start(spec), executor.start(spec)]);
        expect(await executor.wait(spec.name, nobody())).toMatchObject({
          state: 'exited',
          exit: { how: 'exit', code: 0 },
        });
        expect(await saidBy(executor, spec.name)).toEqual(['once']);
      });

      test('a name that was started with another definition is refused', async () => {
        const spec = specOf([containerOf(scripts.print('one thing'))]);
        await finished(spec);
        const other = { ...spec, containers: [containerOf(scripts.print('another'))] };
        await expect(executor.start(other)).rejects.toMatchObject({ code: 'SLIP_ATTEMPT_DIFFERS', exitCode: 6 });
      });
    });

    describe('ending and finding again', () => {
      test('a stopped attempt says why it was stopped', async () => {
        const spec = specOf([containerOf(scripts.stay())]);
        await executor.start(spec);
        expect(await executor.lookup(spec.name)).toMatchObject({ state: 'running' });
        await made.again().stop(spec.name, 'alice cancelled the step');
        const { exit } = (await executor.wait(spec.name, nobody())) as { exit: unknown };
        expect(exit).toEqual({ how: 'stopped', reason: 'alice cancelled the step' });
      });

      test('stopping what has ended changes nothing', async () => {
        const spec = specOf([containerOf(scripts.exit(7))]);
        const sighting = await finished(spec);
        await executor.stop(spec.name, 'too late');
        expect(await executor.lookup(spec.name)).toEqual(sighting);
      });

      test('whoever gives up waiting leaves the attempt running', async () => {
        const spec = specOf([containerOf(scripts.stay())]);
        await executor.start(spec);
        const impatient = new AbortController();
        const waiting = executor.wait(spec.name, impatient.signal);
        impatient.abort(new Error('enough'));
        await expect(waiting).rejects.toThrow('enough');
        expect(await executor.lookup(spec.name)).toMatchObject({ state: 'running' });
      });

      test('another conductor goes on with the log where the first one stopped reading, nothing lost, nothing twice', async () => {
        const spec = specOf([
          containerOf(`${scripts.print('first')}\n${scripts.stayUntilWritten('go')}\n${scripts.print('second')}`),
        ]);
        await executor.start(spec);
        let next = 0;
        for await (const line of executor.logs(spec.name, { follow: true, signal: nobody() })) {
          next = line.next;
          if (line.text === 'first') break;
        }
        const other = made.again();
        const rest = linesOf(other, spec.name, { from: next, follow: true });
        await made.writeIntoWork(spec.name, 'go');
        expect((await rest).map(({ text }) => text)).toEqual(['second']);
        expect(await other.wait(spec.name, nobody())).toMatchObject({ exit: { how: 'exit', code: 0 } });
      });
    });

    describe('the log', () => {
      test('can be read from near its end, beginning with a whole line', async () => {
        const spec = specOf([containerOf(['one', 'two', 'three'].map((text) => scripts.print(text)).join('\n'))]);
        await executor.start(spec);
        const all = await linesOf(executor, spec.name, { follow: true });
        const lastTwo = (all.at(-1)?.next ?? 0) - (all.at(-3)?.next ?? 0);
        expect(await linesOf(executor, spec.name, { lastBytes: lastTwo })).toEqual(all.slice(-2));
        expect(await linesOf(executor, spec.name, { lastBytes: lastTwo - 1 })).toEqual(all.slice(-1));
        expect(await linesOf(executor, spec.name, { lastBytes: 1_000_000 })).toEqual(all);
      });

      test('tells container, stream and time of every line', async () => {
        const spec = specOf([
          containerOf(scripts.print('compiling'), { name: 'build' }),
          containerOf(scripts.printError('no key'), { name: 'sign' }),
        ]);
        const { startedAt, endedAt } = await finished(spec);
        const lines = (await linesOf(executor, spec.name)).filter(({ container }) => container !== 'slipway');
        expect(lines.map(({ container, stream, text }) => [container, stream, text])).toEqual([
          ['build', 'out', 'compiling'],
          ['sign', 'err', 'no key'],
        ]);
        for (const { at } of lines) expect(at >= startedAt && at <= endedAt).toBe(true);
      });

      test('stays when the work folder is removed, which is refused while the attempt runs', async () => {
        const spec = specOf([containerOf(`${scripts.print('kept')}\n${scripts.stayUntilWritten('go')}`)]);
        await executor.start(spec);
        await expect(executor.cleanUp(spec.name)).rejects.toMatchObject({ code: 'SLIP_ATTEMPT_RUNNING' });
        await made.writeIntoWork(spec.name, 'go');
        const sighting = await executor.wait(spec.name, nobody());
        await executor.cleanUp(spec.name);
        await executor.cleanUp(spec.name);
        expect(await saidBy(executor, spec.name)).toEqual(['kept']);
        expect(await executor.lookup(spec.name)).toEqual(sighting);
      });
    });

    describe('secrets', () => {
      const TOKEN = 'tok-5f2c9e';

      test('reach the script that names them, and never the log', async () => {
        made.secrets.values.set('env:TOKEN', TOKEN);
        const secretEnv = { TOKEN: reference('env:TOKEN') };
        const spec = specOf([
          containerOf(scripts.printVariable('TOKEN'), { name: 'with', secretEnv }),
          containerOf(`TOKEN="\${TOKEN-none}"\n${scripts.printVariable('TOKEN')}`, { name: 'without' }),
        ]);
        await finished(spec);
        expect(await saidBy(executor, spec.name)).toEqual(['***', 'none']);
      });

      test('a secret that is missing starts nothing, and the same attempt can begin once it is there', async () => {
        const spec = specOf([containerOf(scripts.print('ok'), { secretEnv: { TOKEN: reference('env:TOKEN') } })]);
        await expect(executor.start(spec)).rejects.toThrow('env:TOKEN');
        expect(await executor.lookup(spec.name)).toEqual({ state: 'absent' });
        made.secrets.values.set('env:TOKEN', TOKEN);
        expect((await finished(spec)).exit).toMatchObject({ how: 'exit', code: 0 });
      });

      test('a secret among the values of a step is refused: those are recorded', async () => {
        made.secrets.values.set('env:TOKEN', TOKEN);
        const spec = specOf([
          containerOf(scripts.setValueFromVariable('token', 'TOKEN'), { secretEnv: { TOKEN: reference('env:TOKEN') } }),
        ]);
        await finished(spec);
        const refused = executor.collect(spec);
        await expect(refused).rejects.toMatchObject({ code: 'SLIP_OUTPUT_SECRET' });
        await expect(refused).rejects.not.toThrow(TOKEN);
      });
    });

    describe('outputs', () => {
      const digest = (text: string) => createHash('sha256').update(text).digest('hex') as Sha256;

      test('are collected by pattern, sorted, each once, with the values of the step; again gives the same', async () => {
        const spec = specOf(
          [
            containerOf(
              [
                scripts.write('out/b.deb', 'bee'),
                scripts.write('out/a.deb', 'ay'),
                scripts.write('out/deep/er/c.txt', 'sea'),
                scripts.write('out/ignored.log', 'no'),
                scripts.setValue('digest', 'abc=def'),
                scripts.setValue('count', '3'),
              ].join('\n'),
            ),
          ],
          { outputs: ['out/*.deb', '**/*.txt', 'out/a.*'] },
        );
        await finished(spec);
        const collected = await executor.collect(spec);
        expect(collected.files).toEqual([
          { path: 'out/a.deb', sha256: digest('ay'), sizeBytes: 2, mode: 0o644 },
          { path: 'out/b.deb', sha256: digest('bee'), sizeBytes: 3, mode: 0o644 },
          { path: 'out/deep/er/c.txt', sha256: digest('sea'), sizeBytes: 3, mode: 0o644 },
        ]);
        expect(collected.values).toEqual({ digest: 'abc=def', count: '3' });
        expect((await made.store.read(digest('sea'))).toString()).toBe('sea');
        expect(await made.again().collect(spec)).toEqual(collected);
      });

      test('a pattern that matches nothing is an error that names it', async () => {
        const spec = specOf([containerOf(scripts.write('out/a.rpm', 'x'))], { outputs: ['out/*.rpm', 'out/*.deb'] });
        await finished(spec);
        const collecting = executor.collect(spec);
        await expect(collecting).rejects.toMatchObject({ code: 'SLIP_OUTPUT_NO_MATCH' });
        await expect(collecting).rejects.toThrow('"out/*.deb"');
      });

      test('a folder is no output; the message says how to take what is in it', async () => {
        const spec = specOf([containerOf(scripts.write('dist/a', 'x'))], { outputs: ['dist'] });
        await finished(spec);
        await expect(executor.collect(spec)).rejects.toMatchObject({ remedy: expect.stringContaining('"dist/**"') });
      });

      test.each(['../up/*', '/etc/passwd', 'a/../../b', '{a,..}/b'])(
        'the pattern %s leaves the work folder',
        async (outputs) => {
          const spec = specOf([containerOf(scripts.print('ok'))], { outputs: [outputs] });
          await finished(spec);
          await expect(executor.collect(spec)).rejects.toMatchObject({ code: 'SLIP_OUTPUT_OUTSIDE' });
        },
      );

      test('values that are not key=value lines fail the step and name the line', async () => {
        const spec = specOf([containerOf(`${scripts.setValue('a', '1')}\n${scripts.setValue('a b', '2')}`)]);
        await finished(spec);
        const collecting = executor.collect(spec);
        await expect(collecting).rejects.toMatchObject({ code: 'SLIP_OUTPUT_VALUES' });
        await expect(collecting).rejects.toThrow('line 2');
      });
    });
  });
}
