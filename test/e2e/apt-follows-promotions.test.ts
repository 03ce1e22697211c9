import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { AptRoot } from '../../src/adapters/client-apt/apt-root.ts';
import { findApt } from '../../src/adapters/client-apt/apt-version.ts';
import { HttpViewServer } from '../../src/adapters/view-http/http-view-server.ts';
import { type Instant, toInstant } from '../../src/kernel/instant.ts';
import type { SealedGeneration } from '../../src/ports/origin.ts';
import type { OriginFixture } from '../support/origin-fixture.ts';
import { releasedRepository } from '../support/repository-variants.ts';

const found = await findApt();
const aptMissing = 'because' in found ? found.because : undefined;
if (aptMissing) console.log(`not checked: that real apt follows promotions and undos (${aptMissing})`);

describe.skipIf(aptMissing)('a machine with apt that keeps its lists', { timeout: 60_000 }, () => {
  let fixture: OriginFixture;
  let sealed: SealedGeneration;
  let now: Instant;
  let view: { readonly baseUrl: string; close(): Promise<void> };
  let machine: AptRoot;

  beforeEach(async () => {
    ({ fixture, sealed, now } = await releasedRepository());
    view = await new HttpViewServer({ config: fixture.settings.config }).open('live');
    const text = await (await fetch(`${view.baseUrl}/debian/hello.sources`)).text();
    const arch = 'arch' in found ? found.arch : '';
    const signal = new AbortController().signal;
    machine = await AptRoot.create({ fileName: 'hello.sources', text }, { arch, timeoutMs: 30_000, signal });
  });
  afterEach(async () => {
    await machine.remove();
    await view.close();
    await fixture.remove();
  });

  const candidate = async () =>
    /Candidate: (\S+)/.exec((await machine.run('apt-cache', ['policy', 'hello'])).said)?.[1];
  const update = async () => (await machine.apt('update')).exitCode;

  test('sees a promotion', async () => {
    expect([await update(), await candidate()]).toEqual([0, '1.1']);
    fixture.now = toInstant(now - 1800_000);
    await fixture.release('main-1.2', [await fixture.deb('hello', '1.2')], '1.2');
    expect([await update(), await candidate()]).toEqual([0, '1.2']);
  });

  test('is reached by an undo, because it is the old content with a new date', async () => {
    expect([await update(), await candidate()]).toEqual([0, '1.1']);
    const before = await fixture.origin.generation('stable', sealed.number - 1);
    const undo = fixture.planContent('main-1.1', before.repositories, sealed);
    await fixture.promote(await fixture.origin.write(undo, fixture.settings));
    expect([await update(), await candidate()]).toEqual([0, '1.0']);
  });

  test('is not reached by an old InRelease put back: exit 0 and no change, which is why an undo signs again', async () => {
    expect([await update(), await candidate()]).toEqual([0, '1.1']);
    const before = await fixture.origin.generation('stable', sealed.number - 1);
    const old = readFileSync(join(fixture.root, `gen/stable/${before.number}/apt/dists/stable/InRelease`));
    const live = join(fixture.root, 'debian/dists/stable/InRelease');
    rmSync(live);
    writeFileSync(live, old); // a new file, changed just now: the client does fetch it
    expect([await update(), await candidate()]).toEqual([0, '1.1']);
  });

  test('reads an index that is made of several compressed chunks', async () => {
    const many = await Promise.all(Array.from({ length: 400 }, (_, index) => fixture.deb(`many-${index}`, '1.2')));
    fixture.now = toInstant(now - 1800_000);
    await fixture.release('main-1.2', many);
    const index = readFileSync(join(fixture.root, 'debian/dists/stable/main/binary-all/Packages.gz'));
    expect(countMembers(index)).toBeGreaterThan(1);
    expect(await update()).toBe(0);
    expect((await machine.run('apt-cache', ['pkgnames', 'many-'])).said.trim().split('\n')).toHaveLength(400);
  });
});

/** Heads of gzip members as Slipway writes them: no time, best compression, Unix. */
const countMembers = (gzip: Buffer): number =>
  gzip.toString('latin1').split('\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03').length - 1;
