import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { containerOf, linesOf, specOf } from '../../../test/contracts/executor.ts';
import { LocalAgent } from '../../../test/support/local-agent.ts';
import { reference } from '../../../test/support/map-secrets.ts';

/** A gigabyte where there is time for it (`.ci/run` says so), else a fifth. */
const LOG_BYTES = process.env['SLIPWAY_FULL_TESTS'] === '1' ? 1_000_000_000 : 200_000_000;
const MOST_MEMORY_KB = 150 * 1024;
const LINE = 'a line of a build log that has about eighty characters, as so many of them have';

let agent: LocalAgent;
beforeEach(async () => {
  agent = await LocalAgent.make();
});
afterEach(() => agent.close());

/** Runs the script and watches how much memory its supervisor ever needs (VmHWM of proc(5)). */
async function run(script: string) {
  agent.secrets.values.set('env:TOKEN', 'correct-horse-battery');
  const secretEnv = { TOKEN: reference('env:TOKEN') };
  const spec = specOf([containerOf(script, { secretEnv })], { timeoutMs: 500_000 });
  await agent.executor.start(spec);
  const { pid } = JSON.parse(readFileSync(join(agent.folderOf(spec.name), 'pid'), 'utf8')) as { pid: number };
  let mostMemoryKb = 0;
  const watching = setInterval(() => {
    try {
      const [, kb] = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
      mostMemoryKb = Math.max(mostMemoryKb, Number(kb ?? 0));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error; // it has just ended
    }
  }, 20);
  const sighting = await agent.executor.wait(spec.name, new AbortController().signal);
  clearInterval(watching);
  expect(sighting).toMatchObject({ exit: { how: 'exit', code: 0 } });
  expect(mostMemoryKb).toBeGreaterThan(10_000); // it was seen
  expect(mostMemoryKb).toBeLessThan(MOST_MEMORY_KB);
  const log = join(agent.folderOf(spec.name), 'log');
  return { spec, sizeBytes: statSync(log).size };
}

test('a log of gigabytes is kept whole, in flat memory', async () => {
  const lines = Math.floor(LOG_BYTES / (LINE.length + 1));
  const { spec, sizeBytes } = await run(`yes '${LINE}' | head -n ${lines}; echo "the end, $TOKEN"`);
  const header = '2026-11-22T22:29:57.123Z run out| '.length;
  const end = `${'x'.repeat(header)}the end, ***\n`.length;
  const all = lines * (header + LINE.length + 1);
  const before = sizeBytes - all - end; // the first line is ours
  expect(before).toBeGreaterThan(0);
  expect(before).toBeLessThan(10_000);
  const last = await linesOf(agent.executor, spec.name, { from: sizeBytes - end - header - LINE.length - 1 });
  expect(last.map(({ text }) => text)).toEqual([LINE, 'the end, ***']);
}, 600_000);

test('one line without an end is kept whole, in flat memory', async () => {
  const bytes = LOG_BYTES / 4;
  const { spec, sizeBytes } = await run(`head -c ${bytes} /dev/zero`);
  expect(sizeBytes).toBeGreaterThan(bytes);
  expect(sizeBytes).toBeLessThan(bytes * 1.01);
  for await (const line of agent.executor.logs(spec.name, { signal: new AbortController().signal })) {
    if (line.container !== 'slipway') expect(line.isComplete).toBe(false);
  }
}, 600_000);

test('millions of the shortest lines are kept in flat memory', async () => {
  const lines = LOG_BYTES / 100;
  const { sizeBytes } = await run(`yes | head -n ${lines}`);
  expect(sizeBytes).toBeGreaterThan(lines * 36);
}, 600_000);
