import { type ChildProcess, fork, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';

const DIST = fileURLToPath(new URL('../../dist/', import.meta.url));
const SLIPWAY = join(DIST, 'slipway.js');

const CONFIG = `
version: 1
project: kill
lines:
  main: { versions: "1.{n}", channel: stable }
sources:
  app: { path: app }
packages:
  deb: { uses: deb, inputs: [app], with: { name: kill, files: { app/tool: /usr/bin/tool } } }
  manual:
    inputs: [app]
    run: |
      for i in 1 2 3 4 5; do echo "line $i"; done
      sleep 0.2
      cat app/tool > "manual-$SLIPWAY_VERSION.txt"
      echo "last line"
    outputs: ["manual-*.txt"]
signing: { gpg: { key: "file:release-key.asc" } }
origin: { url: ./public, public: "http://127.0.0.1:1" }
repositories: { apt: { type: apt }, files: { type: files } }
channels: { stable: { apt: debian, files: download } }
steps:
  - uses: build
  - uses: stage
  - { uses: verify, with: { view: staging, clients: [reader] } }
  - { uses: promote }
  - { uses: verify, with: { view: live, clients: [reader] } }
`;

let scratch = '';
let template = '';
let script = '';

beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'slipway-kill-'));
  template = join(scratch, 'template');
  mkdirSync(join(template, 'app'), { recursive: true });
  writeFileSync(join(template, 'slipway.yaml'), CONFIG);
  writeFileSync(join(template, 'app/tool'), '#!/bin/sh\necho tool\n');
  chmodSync(join(template, 'app/tool'), 0o755);
  slipway(template, 'init');
  script = join(scratch, 'mortal-slipway.mjs');
  await build({
    entryPoints: [fileURLToPath(new URL('../support/scripts/mortal-slipway.ts', import.meta.url))],
    outfile: script,
    bundle: true,
    platform: 'node',
    format: 'esm',
    external: ['libsql'],
    nodePaths: [],
    banner: { js: "import { createRequire as r } from 'node:module'; const require = r(import.meta.url);" },
  });
  // The scratch folder is outside the repository: libsql is found through a link.
  mkdirSync(join(scratch, 'node_modules'));
  for (const name of ['libsql', '@libsql', '@neon-rs', 'detect-libc']) {
    const from = fileURLToPath(new URL(`../../node_modules/${name}`, import.meta.url));
    if (existsSync(from)) cpSync(from, join(scratch, 'node_modules', name), { recursive: true });
  }
});

afterAll(() => rmSync(scratch, { recursive: true, force: true }));

function slipway(folder: string, ...args: readonly string[]): { status: number | null; out: string; err: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [SLIPWAY, ...args], {
    cwd: folder,
    env: environment(),
    encoding: 'utf8',
  });
  return { status, out: stdout, err: stderr };
}

// A fixed time of the source makes the same bytes in every run.
const environment = (): NodeJS.ProcessEnv => ({ ...process.env, SOURCE_DATE_EPOCH: '1700000000' });

interface Killed {
  readonly shown: string;
  readonly appends: number | undefined;
  readonly wasKilled: boolean;
}

async function runMortal(folder: string, when: 'after' | 'before', k: number): Promise<Killed> {
  const child: ChildProcess = fork(script, [pathToFileURL(DIST).href, when, String(k), 'run', 'main'], {
    cwd: folder,
    env: environment(),
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let shown = '';
  let appends: number | undefined;
  child.stderr?.on('data', (bytes: Buffer) => {
    shown += bytes.toString();
  });
  child.stdout?.resume();
  child.on('message', (message: { appends: number }) => {
    appends = message.appends;
  });
  await once(child, 'close');
  return { shown, appends, wasKilled: child.signalCode === 'SIGKILL' };
}

/** What users would get, and what the journal says happened, without times. */
function endState(folder: string): unknown {
  const releases = (
    JSON.parse(slipway(folder, 'list', '--output', 'json').out) as { releases: { release: string; phase: string }[] }
  ).releases;
  const shown = JSON.parse(slipway(folder, 'show', 'main-1.1', '--output', 'json').out) as {
    plan: { packages: { package: string; sha256: string; file: string }[] };
    status: { rows: { id: string; state: string }[] };
  };
  const live = join(folder, 'public/gen/stable', readlinkSync(join(folder, 'public/gen/stable/current')));
  return {
    releases: releases.map(({ release, phase }) => ({ release, phase })),
    packages: shown.plan.packages.map(({ package: name, sha256, file }) => ({ name, sha256, file })),
    rows: shown.status.rows.map(({ id, state }) => ({ id, state })),
    files: readdirSync(live).sort(),
    pool: readdirSync(join(folder, 'public/pool'), { recursive: true }).map(String).sort(),
  };
}

const logOf = (folder: string): string => slipway(folder, 'logs', 'main-1.1', 'manual').out;

function fresh(): string {
  const folder = mkdtempSync(join(scratch, 'run-'));
  cpSync(template, folder, { recursive: true });
  return folder;
}

test('a release killed with its whole process tree at any record ends, after resume, as if it had not been', {
  timeout: 1_200_000,
}, async () => {
  const whole = fresh();
  const unharmed = await runMortal(whole, 'after', 0);
  const expected = endState(whole);
  const appends = unharmed.appends ?? 0;
  expect(appends).toBeGreaterThan(15);

  const isFull = process.env['SLIPWAY_FULL_TESTS'] === '1';
  if (!isFull) console.log('not checked: every record (each sixth is; SLIPWAY_FULL_TESTS=1 checks all)');
  const cases = (['after', 'before'] as const).flatMap((when) =>
    Array.from({ length: appends }, (_, index) => ({ when, k: index + 1 })).filter(
      ({ k }) => isFull || k % 6 === (when === 'after' ? 0 : 3),
    ),
  );
  for (const { when, k } of cases) {
    const folder = fresh();
    const killed = await runMortal(folder, when, k);
    expect(killed.wasKilled, `${when} ${k}`).toBe(true);
    const state = slipway(folder, 'list', '--output', 'json');
    const begun = state.status === 0 && (JSON.parse(state.out) as { releases: unknown[] }).releases.length > 0;
    const went = begun ? slipway(folder, 'resume', 'main-1.1') : slipway(folder, 'run', 'main');
    const lost = went.status === 3 && /again/.test(went.out + went.err);
    const again = lost
      ? slipway(folder, 'resume', 'main-1.1', '--step', 'manual', '--again', '--reason', 'killed by the test')
      : went;
    expect(again.status, `${when} ${k}: ${again.out}${again.err}`).toBe(0);
    expect(endState(folder), `${when} ${k}`).toEqual(expected);
    expect(slipway(folder, 'journal', 'verify').out, `${when} ${k}`).toMatch(/each as it was written/);
    for (const line of shownLogLines(killed.shown)) expect(allLogs(folder), `${when} ${k}`).toContain(line);
    rmSync(folder, { recursive: true, force: true });
  }
});

/** `manual> line 1`, as it was on the screen when the power went. */
const shownLogLines = (shown: string): readonly string[] =>
  shown.split('\n').flatMap((line) => (line.includes(' manual> ') ? [line.slice(line.indexOf('manual> ') + 8)] : []));

/** The logs of every attempt of the step: a lost attempt's log stays beside that of the next. */
function allLogs(folder: string): string {
  const attempts = join(folder, '.slipway/attempts');
  return (
    readdirSync(attempts)
      .map((name) => (existsSync(join(attempts, name, 'log')) ? readFileSync(join(attempts, name, 'log'), 'utf8') : ''))
      .join('\n') + logOf(folder)
  );
}
