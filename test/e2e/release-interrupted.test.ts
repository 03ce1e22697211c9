import { type ForkOptions, fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { ChildScript } from '../support/child-process.ts';
import { PROGRAM } from '../support/program.ts';
import { type Project, until } from '../support/project.ts';
import { config, events, open, pointer, project, refused, STEPS, status } from '../support/release/hello-project.ts';
import { canMount, Tmpfs } from '../support/tmpfs.ts';

describe('SIGKILL between the move of the pointer and its receipt', () => {
  const mortal = new ChildScript('./scripts/mortal-slipway.ts');
  afterAll(() => mortal.remove());

  /** The power goes right before the first record of that event. */
  async function die(place: Project, event: string, ...args: readonly string[]): Promise<void> {
    const child = fork(mortal.path, [pathToFileURL(`${dirname(PROGRAM)}/`).href, 'before', event, ...args], {
      cwd: place.folder,
      stdio: 'ignore',
    } as ForkOptions);
    await once(child, 'close');
    expect(child.signalCode).toBe('SIGKILL');
  }

  test('of a promotion: users see it, status says that nobody knows, resume completes the record, and nothing is moved twice', async () => {
    const place = await project();
    await die(place, 'flip.done', 'run', 'main');
    expect(pointer(place)).toBe('1');
    expect(await events(place, 'target/stable/tree')).toEqual(['flip.intended']);
    expect(await status(place, 'main-1.1')).toMatchObject({ phase: 'promoting', next: 'slipway resume main-1.1' });
    expect(await refused(place, 'plan', 'main')).toMatchObject({ exit: 6, code: 'SLIP_RELEASE_OPEN' });
    expect((await place.run('resume', 'main-1.1')).exit).toBe(0);
    expect(pointer(place)).toBe('1');
    expect(await events(place, 'target/stable/tree')).toEqual(['flip.intended', 'flip.done']);
  });

  test('of an undo: the line is taken, resume completes it, and it can be promoted again', async () => {
    const place = await project();
    await place.run('run', 'main');
    await die(place, 'undo.done', 'undo', 'main-1.1', '--yes');
    expect(pointer(place)).toBe('2');
    expect(await refused(place, 'run', 'main')).toMatchObject({ exit: 6, code: 'SLIP_RELEASE_OPEN' });
    expect((await place.run('resume', 'main-1.1')).exit).toBe(0);
    expect(await status(place, 'main-1.1')).toMatchObject({ phase: 'undone' });
    expect((await place.run('promote', 'main-1.1', '--yes')).exit).toBe(0);
    expect(Number(pointer(place))).toBeGreaterThan(2);
  });
});

test('Ctrl-C while a step runs gives 130; the step goes on, and resume takes up its result', async () => {
  const slow = `lines: { main: { versions: "1.{n}", channel: stable } }
sources: { app: { path: build } }
packages:
  manual:
    inputs: [app]
    run: |
      touch FOLDER/begun
      until [ -e FOLDER/go ]; do sleep 0.05; done
      echo done > "manual-$SLIPWAY_VERSION.txt"
    outputs: ["manual-*.txt"]
signing: { gpg: { key: "file:release-key.asc" } }
origin: { url: ./public, public: "http://127.0.0.1:1" }
repositories: { files: { type: files } }
channels: { stable: { files: download } }
${STEPS}`;
  const place = await project('');
  place.write('slipway.yaml', `version: 1\nproject: hello\n${slow.replaceAll('FOLDER', place.folder)}`);
  const running = place.start(['run', 'main']);
  await until('the step runs', () => existsSync(place.path('begun')));
  running.signal('SIGINT');
  const ended = await running.ended();
  expect(ended.exit).toBe(130);
  expect(ended.stdout).toContain('slipway resume main-1.1');
  place.write('go', '');
  expect((await place.run('resume', 'main-1.1')).exit).toBe(0);
  expect((await events(place, 'run/main-1.1')).filter((type) => type === 'attempt.requested')).toHaveLength(1);
});

describe.skipIf(!canMount('a full disk under origin and journal'))('a disk that is full', () => {
  const disk = (sizeBytes: number): Tmpfs => {
    const made = new Tmpfs(sizeBytes);
    open.push({ remove: async () => made.close() });
    return made;
  };

  test('when the candidate is written: nothing is visible, status says why, and resume goes on when there is room', async () => {
    const full = disk(4_000_000);
    const place = await project(config({ origin: join(full.path, 'public') }));
    await place.run('plan', 'main');
    full.fill(16_384);
    expect(await refused(place, 'run', 'main')).toMatchObject({ exit: 6 }); // it is open already
    expect(await refused(place, 'resume', 'main-1.1')).toMatchObject({ exit: 1, code: 'SLIP_ORIGIN_FULL' });
    expect(await status(place, 'main-1.1')).toMatchObject({ failure: { class: 'SLIP_ORIGIN_FULL' } });
    full.free();
    expect((await place.run('resume', 'main-1.1')).exit).toBe(0);
  });

  test('when the undo is written: nothing moves, and resume goes on when there is room', async () => {
    const full = disk(4_000_000);
    const place = await project(config({ origin: join(full.path, 'public') }));
    await place.run('plan', 'main');
    await place.run('verify', 'main-1.1');
    full.fill();
    expect(await refused(place, 'promote', 'main-1.1', '--yes')).toMatchObject({ exit: 1, code: 'SLIP_ORIGIN_FULL' });
    expect(existsSync(join(full.path, 'public/gen/stable/current'))).toBe(false);
    expect(await status(place, 'main-1.1')).toMatchObject({ failure: { phase: 'promote' } });
    full.free();
    expect((await place.run('resume', 'main-1.1')).exit).toBe(0);
    expect(existsSync(join(full.path, 'public/gen/stable/current'))).toBe(true);
  });

  test('under the journal: what cannot be recorded is not done', async () => {
    const full = disk(8_000_000);
    const place = await project();
    const state = ['--state', join(full.path, 'state')];
    await place.run('plan', 'main', ...state);
    await place.run('verify', 'main-1.1', ...state);
    full.fill();
    const told = await place.run('promote', 'main-1.1', '--yes', ...state);
    expect(told.exit).toBe(1);
    expect(told.stderr + told.stdout).toMatch(/No space|full/i);
    expect(pointer(place)).toBeUndefined();
    full.free();
    expect((await place.run('resume', 'main-1.1', ...state)).exit).toBe(0);
    expect(pointer(place)).toBeDefined();
  });
});
