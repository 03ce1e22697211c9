import { cpSync, readFileSync, readlinkSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { DiskArtifactStore } from '../../src/adapters/artifacts-disk/disk-artifact-store.ts';
import { DiskOrigin } from '../../src/adapters/origin-disk/disk-origin.ts';
import { toInstant } from '../../src/kernel/instant.ts';
import type { PublishingSettings } from '../../src/ports/origin.ts';
import { ME, type Project } from '../support/project.ts';
import {
  config,
  events,
  GATED_STEPS,
  pointer,
  project,
  refused,
  status,
  whole,
} from '../support/release/hello-project.ts';
import { makeTestSigner } from '../support/test-signer.ts';

describe('one version at a time', () => {
  test('the same version twice is refused: while it is open, and for ever after', async () => {
    const place = await project();
    expect((await place.run('plan', 'main')).exit).toBe(0);
    expect(await refused(place, 'plan', 'main', '--version', '1.1')).toMatchObject({
      exit: 6,
      code: 'SLIP_RELEASE_OPEN',
    });
    await place.run('abandon', 'main-1.1', '--reason', 'wrong day', '--yes');
    expect(await refused(place, 'plan', 'main', '--version', '1.1')).toMatchObject({
      exit: 6,
      code: 'SLIP_VERSION_REFUSED',
    });
    expect(await events(place, 'line/main')).toEqual(['version.allocated', 'release.opened', 'release.closed']);
  });

  test('of four processes that run the line at once one releases, the others are refused and name it', async () => {
    const place = await project();
    await place.run('list'); // the journal is there
    const all = await Promise.all(Array.from({ length: 4 }, () => place.run('run', 'main')));
    expect(all.filter(({ exit }) => exit === 0)).toHaveLength(1);
    expect(all.filter(({ exit }) => exit === 6)).toHaveLength(3);
    for (const one of all) if (one.exit === 6) expect(one.stderr).toContain('main-1.1');
    expect(await events(place, 'line/main')).toEqual(['version.allocated', 'release.opened', 'release.closed']);
    expect((await place.run('journal', 'verify')).exit).toBe(0);
  });

  test('nobody promotes what no client has proved', async () => {
    const place = await project();
    await place.run('plan', 'main');
    await place.run('stage', 'main-1.1');
    expect(await refused(place, 'promote', 'main-1.1', '--yes')).toMatchObject({ exit: 6, code: 'SLIP_RELEASE_STATE' });
    expect(pointer(place)).toBeUndefined();
  });

  test("an undo after another line's promotion is refused, and names it", async () => {
    const place = await project();
    await place.run('run', 'main');
    await place.run('run', 'lts', '--version', '0.1');
    const before = [pointer(place), await whole(place)];
    expect(await refused(place, 'undo', 'main-1.1', '--yes')).toMatchObject({
      exit: 6,
      code: 'SLIP_POINTER_NOT_OURS',
      message: expect.stringContaining('lts-0.1'),
    });
    expect([pointer(place), await whole(place)]).toEqual(before);
  });
});

describe('approvals', () => {
  const gate = (who: string) =>
    config({ more: `gates: { lead: { approvers: [${who}] } }\n`, line: ', gates: [lead]', steps: GATED_STEPS });

  test('of another digest, and of their own release, are refused', async () => {
    const place = await project(gate(`${ME}, somebody-else`));
    expect((await place.run('run', 'main')).exit).toBe(3);
    const other = await refused(place, 'approve', 'main-1.1', '--digest', 'f'.repeat(12));
    expect(other).toMatchObject({ exit: 6, code: 'SLIP_APPROVAL_DIGEST' });
    expect(await refused(place, 'approve', 'main-1.1')).toMatchObject({ exit: 6, code: 'SLIP_APPROVAL_PERSON' });
    expect(pointer(place)).toBeUndefined();
  });
});

test('bytes never change under a name that users have seen: refused with 6, also after an undo; abandon and the next version go on', async () => {
  const place = await project();
  await place.run('run', 'main');
  await place.run('undo', 'main-1.1', '--yes');
  const deb = place.path('public/pool/stable/apt/h/hello_1.1_all.deb');
  const seen = readFileSync(deb);
  place.write(
    'slipway.yaml',
    config().replace(
      'name: hello, files: { app/hello: /usr/bin/hello }',
      'name: hello, summary: better, files: { app/hello: /usr/bin/hello }',
    ),
  );
  expect(await refused(place, 'stage', 'main-1.1')).toMatchObject({
    exit: 6,
    code: 'SLIP_BYTES_CHANGED',
    message: expect.stringContaining('hello_1.1_all.deb'),
  });
  expect(readFileSync(deb)).toEqual(seen);
  expect(await status(place, 'main-1.1')).toMatchObject({ failure: { class: 'SLIP_BYTES_CHANGED', phase: 'stage' } });
  expect((await place.run('abandon', 'main-1.1', '--reason', 'other bytes', '--yes')).exit).toBe(0);
  expect((await place.run('run', 'main')).exit).toBe(0);
  expect(readFileSync(deb)).toEqual(seen);
});

describe('what was staged is looked at again before it is seen', () => {
  async function staged(place: Project): Promise<void> {
    await place.run('run', 'main');
    await place.run('plan', 'main');
    expect((await place.run('verify', 'main-1.2')).exit).toBe(0);
  }

  test('an index that would lose an entry is refused, and the entry named', async () => {
    const place = await project();
    await staged(place);
    const number = Number(readlinkSync(place.path('public/gen/stable/staging')));
    const store = await DiskArtifactStore.open(place.path('.slipway/artifacts'));
    const origin = new DiskOrigin(place.path('public'), store);
    const sealed = await origin.generation('stable', number);
    rmSync(place.path(`public/gen/stable/${number}`), { recursive: true });
    const { privateKey: _, ...signer } = await makeTestSigner(
      toInstant(Date.now()),
      readFileSync(place.path('release-key.asc'), 'utf8'),
    );
    const repositories = {
      apt: apt('stable'),
      files: { type: 'files', sign: 'gpg', latest: 'symlink', keepMs: 604_800_000 },
    };
    const settings = {
      config: {
        project: 'hello',
        origin: { path: place.path('public') },
        repositories,
        channels: { stable: { apt: 'debian', files: 'download' } },
      },
      signers: { gpg: signer },
    } as PublishingSettings;
    const { channel, parent, release, date, journal } = sealed;
    const packages = sealed.repositories['apt']!.packages.filter((row) => row.version !== '1.1');
    const contents = { ...sealed.repositories, apt: { packages } };
    // Somebody writes the generation anew, signed and sound, with one entry less.
    const other = new DiskOrigin(place.path('public'), store);
    await other.write({ channel, number, parent, release, date, journal, repositories: contents }, settings);
    expect(await refused(place, 'promote', 'main-1.2', '--yes')).toMatchObject({
      exit: 6,
      code: 'SLIP_INDEX_CHANGE',
      message: expect.stringMatching(/would lose .*hello.*1\.1/),
    });
    expect(pointer(place)).not.toBe(String(number));
    expect(await status(place, 'main-1.2')).toMatchObject({
      failure: { class: 'SLIP_INDEX_CHANGE' },
      next: 'slipway stage main-1.2',
    });
    expect((await place.run('stage', 'main-1.2')).exit).toBe(0);
    expect((await place.run('resume', 'main-1.2')).exit).toBe(0);
  });

  test.each([
    ['a line of the index', 'apt/dists/stable/main/binary-all/Packages.gz'],
    ['the list of generation.json', 'generation.json'],
  ])('%s that was changed on disk is refused', async (_, file) => {
    const place = await project();
    await staged(place);
    const number = readlinkSync(place.path('public/gen/stable/staging'));
    const found = place.tree(`public/gen/stable/${number}`).map((row) => row.split(' ')[0]!);
    const path = found.find((name) => name === file || name.endsWith('/Packages.gz')) ?? file;
    const full = place.path(`public/gen/stable/${number}/${file === 'generation.json' ? file : path}`);
    const text = readFileSync(full);
    rmSync(full);
    writeFileSync(
      full,
      file === 'generation.json'
        ? text.toString().replace('"count":2', '"count":1')
        : Buffer.concat([gunzipSync(text), Buffer.from('x')]),
    );
    const before = pointer(place);
    expect((await refused(place, 'promote', 'main-1.2', '--yes')).exit).toBe(6);
    expect(pointer(place)).toBe(before);
  });
});

const apt = (suite: string) => ({
  type: 'apt',
  sign: 'gpg',
  layout: 'suites',
  suite,
  components: ['main'],
  keepMs: 604_800_000,
});

describe('a journal that may not speak for its origin', () => {
  test('another one is refused, and nothing is written', async () => {
    const place = await project();
    await place.run('run', 'main');
    const before = place.tree('public');
    const elsewhere = ['--state', place.path('other-state')];
    expect(await refused(place, 'plan', 'main', '--version', '1.7', ...elsewhere)).toMatchObject({
      exit: 6,
      code: 'SLIP_JOURNAL_OUTRUN',
    });
    expect(place.tree('public')).toEqual(before);
    expect((await place.run('list', ...elsewhere)).stdout).not.toContain('main-1.7');
  });

  test('an older copy of it is refused by every verb that would write', async () => {
    const place = await project();
    await place.run('run', 'main');
    await place.run('plan', 'main');
    cpSync(place.path('.slipway'), place.path('copy'), { recursive: true });
    await place.run('resume', 'main-1.2');
    rmSync(place.path('.slipway'), { recursive: true });
    cpSync(place.path('copy'), place.path('.slipway'), { recursive: true });
    rmSync(place.path('.slipway/head'), { force: true }); // the copy was made without it, as a backup of the database is
    const before = [await whole(place), place.tree('public')];
    for (const verb of [
      ['resume', 'main-1.2'],
      ['stage', 'main-1.2'],
      ['abandon', 'main-1.2', '--reason', 'x', '--yes'],
    ]) {
      const told = await refused(place, ...verb);
      expect({ verb, exit: told.exit, code: told.code }).toEqual({ verb, exit: 6, code: 'SLIP_JOURNAL_OUTRUN' });
    }
    expect([await whole(place), place.tree('public')]).toEqual(before);
  });
});

test('a file that is cut short on disk is found before users see it', async () => {
  const place = await project();
  await place.run('plan', 'main');
  await place.run('verify', 'main-1.1');
  const deb = place.path('public/pool/stable/apt/h/hello_1.1_all.deb');
  const copy = readFileSync(deb);
  rmSync(deb);
  writeFileSync(deb, copy);
  truncateSync(deb, copy.length - 1);
  expect(await refused(place, 'promote', 'main-1.1', '--yes')).toMatchObject({
    exit: 6,
    code: 'SLIP_CANDIDATE_EXPIRED',
    message: expect.stringContaining('hello_1.1_all.deb'),
  });
  expect(pointer(place)).toBeUndefined();
});
