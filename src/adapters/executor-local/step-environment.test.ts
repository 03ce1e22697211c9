import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { containerOf, linesOf, saidBy, specOf } from '../../../test/contracts/executor.ts';
import { LocalAgent } from '../../../test/support/local-agent.ts';
import { reference } from '../../../test/support/map-secrets.ts';
import { findShell } from './find-shell.ts';
import { stepPath } from './step-environment.ts';

const STANDARD = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const nobody = () => new AbortController().signal;

describe('PATH of the commands', () => {
  test.each([
    [
      'this machine’s own, so that its build tools are found',
      '/usr/local/go/bin:/usr/bin',
      `/usr/local/go/bin:/usr/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/sbin:/bin`,
    ],
    ['the standard folders when this machine has none', '', STANDARD],
    ['without relative and empty entries', `.:bin::${STANDARD}`, STANDARD],
    [
      'without what npm puts in front',
      `/home/a/node_modules/.bin:/usr/lib/node_modules/npm/node-gyp-bin:${STANDARD}`,
      STANDARD,
    ],
  ])('is %s', (_what, machine, expected) => {
    expect(stepPath(machine)).toBe(expected);
  });
});

describe('the shell', () => {
  test('is looked for where the machine has it; a missing one is named with where it was looked for', () => {
    const folder = mkdtempSync(join(tmpdir(), 'slipway-shell-'));
    try {
      writeFileSync(join(folder, 'bash'), '', { mode: 0o755 });
      expect(findShell('bash', `/nowhere:${folder}`)).toBe(join(folder, 'bash'));
      expect(() => findShell('zsh', `/nowhere:${folder}`)).toThrow(
        expect.objectContaining({
          code: 'SLIP_AGENT_SHELL_MISSING',
          message: `There is no zsh in /nowhere:${folder}.`,
        }),
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('the environment of a script', () => {
  let agent: LocalAgent;
  beforeEach(async () => {
    agent = await LocalAgent.make();
  });
  afterEach(() => agent.close());

  test('holds what the design lists and nothing else of whoever started Slipway', async () => {
    process.env['SLIPWAY_TEST_LEAK'] = 'of the conductor';
    try {
      const spec = specOf([containerOf('/usr/bin/env -0 | tr "\\0" "\\n"', { env: { GREETING: 'ahoy' } })]);
      await agent.executor.start(spec);
      await agent.executor.wait(spec.name, nobody());
      const said = await saidBy(agent.executor, spec.name);
      const names = said
        .map((line) => line.split('=')[0])
        .filter((name) => !['PWD', 'OLDPWD', '_', 'SHLVL'].includes(name!)); // the shell's own
      const listed = ['PATH', 'HOME', 'LANG', 'TZ', 'SOURCE_DATE_EPOCH', 'SLIPWAY_VERSION', 'GREETING'];
      expect(new Set(names)).toEqual(new Set([...listed, 'SLIPWAY_ATTEMPT', 'SLIPWAY_OUTPUT']));
      expect(said).toContain(`HOME=${join(agent.folderOf(spec.name), 'work')}`);
    } finally {
      delete process.env['SLIPWAY_TEST_LEAK'];
    }
  });

  test('lets a step set its own PATH, but not the variables that tell its processes apart', async () => {
    const env = { PATH: '/opt/tool', SLIPWAY_ATTEMPT: 'mine', SLIPWAY_OUTPUT: '/dev/null' };
    const spec = specOf([containerOf('echo "$PATH $SLIPWAY_ATTEMPT"; echo a=1 >> "$SLIPWAY_OUTPUT"', { env })]);
    await agent.executor.start(spec);
    await agent.executor.wait(spec.name, nobody());
    expect(await saidBy(agent.executor, spec.name)).toEqual([`/opt/tool ${spec.name}`]);
    expect((await agent.executor.collect(spec)).values).toEqual({ a: '1' });
  });

  test('is the only place where a secret can be seen: no file, no argument, no other process has it', async () => {
    const secret = 'correct-horse-battery';
    agent.secrets.values.set('env:TOKEN', secret);
    const spec = specOf([
      containerOf('echo "token $TOKEN"; echo "$TOKEN" | base64; while ! test -e go; do sleep 0.05; done', {
        secretEnv: { TOKEN: reference('env:TOKEN') },
      }),
    ]);
    await agent.executor.start(spec);
    for await (const line of agent.executor.logs(spec.name, { follow: true, signal: nobody() })) {
      if (line.text === '***' || line.text.startsWith('***')) break;
    }
    const folder = agent.folderOf(spec.name);
    const { pid } = JSON.parse(readFileSync(join(folder, 'pid'), 'utf8')) as { pid: number };
    const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    const places = [
      ...files.map((entry) => join(entry.parentPath, entry.name)),
      `/proc/${pid}/environ`,
      `/proc/${pid}/cmdline`,
    ];
    expect(places.length).toBeGreaterThan(6);
    for (const place of places) {
      const bytes = readFileSync(place);
      expect([place, bytes.includes(secret)]).toEqual([place, false]);
      expect([place, bytes.includes(Buffer.from(secret).toString('base64').slice(0, 20))]).toEqual([place, false]);
    }
    await agent.writeIntoWork(spec.name, 'go');
    await agent.executor.wait(spec.name, nobody());
  });

  test('a secret too short to be masked is named in the log', async () => {
    agent.secrets.values.set('env:PIN', '123');
    const spec = specOf([containerOf('echo ok', { secretEnv: { PIN: reference('env:PIN') } })]);
    await agent.executor.start(spec);
    await agent.executor.wait(spec.name, nobody());
    const notes = (await linesOf(agent.executor, spec.name)).map(({ text }) => text).join('\n');
    expect(notes).toContain('The secret PIN has fewer than 4 characters');
  });
});
