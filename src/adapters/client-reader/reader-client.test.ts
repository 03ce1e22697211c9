import { readlinkSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FixedClock } from '../../../test/support/fixed-clock.ts';
import type { OriginFixture } from '../../../test/support/origin-fixture.ts';
import { releasedRepository, Variant } from '../../../test/support/repository-variants.ts';
import { makeTestSigner } from '../../../test/support/test-signer.ts';
import { type Instant, toInstant } from '../../kernel/instant.ts';
import type { SealedGeneration } from '../../ports/origin.ts';
import type { ClientEvidence, VerifyRequest } from '../../ports/repository-client.ts';
import { OpenpgpVerifier } from '../signer-openpgp/openpgp-verifier.ts';
import { HttpViewServer } from '../view-http/http-view-server.ts';
import { ReaderClient } from './reader-client.ts';

let fixture: OriginFixture;
let sealed: SealedGeneration;
let now: Instant;
beforeAll(async () => {
  ({ fixture, sealed, now } = await releasedRepository());
});
afterAll(() => fixture.remove());

const readerAt = (at: Instant) => new ReaderClient({ verifier: new OpenpgpVerifier(), clock: new FixedClock(at) });
const ask = (variant: Variant, generation = sealed) =>
  variant.ask(generation, (request) => readerAt(now).verify(request));
const failures = (rows: readonly ClientEvidence[]) =>
  rows.filter(({ passed }) => !passed).map(({ did, said }) => `${did}: ${said}`);
const SUMS = 'download/1.1/SHA256SUMS';

describe('a files repository', () => {
  test('is read to the last byte: checksums, their signature, files, latest, and what must be refused', async () => {
    const rows = (await ask(new Variant(fixture))).filter(({ repository }) => repository === 'files');
    expect(rows.map(({ did, passed }) => `${did}: ${passed}`)).toEqual([
      'read 1.1/SHA256SUMS: true',
      'download 1.1/hello-1.1.tar.gz: true',
      'refuse a changed SHA256SUMS: true',
      'refuse a changed file: true',
      'follow latest: true',
    ]);
  });

  test.each([
    ['a changed file', (variant: Variant) => variant.flip('download/1.1/hello-1.1.tar.gz'), /download .*has sha256/],
    ['a missing file', (variant: Variant) => variant.remove('download/1.1/hello-1.1.tar.gz'), /download .*404/],
    ['a changed list of checksums', (variant: Variant) => variant.flip(SUMS), /SHA256SUMS.* is bad/],
    ['a list without a signature', (variant: Variant) => variant.remove(`${SUMS}.asc`), /SHA256SUMS.asc answers 404/],
    [
      'a checksum of another file',
      (variant: Variant) =>
        variant.write('download/1.1/hello-1.1.tar.gz.sha256', `${'0'.repeat(64)}  hello-1.1.tar.gz\n`),
      /\.sha256 is "0000/,
    ],
  ])('%s is found', async (_, damage, says) => {
    const variant = new Variant(fixture);
    damage(variant);
    expect(failures(await ask(variant)).join('\n')).toMatch(says);
  });

  test('a list of other files, signed by the right key, is found', async () => {
    const variant = new Variant(fixture);
    const sums = `${'0'.repeat(64)}  hello-1.1.tar.gz\n`;
    variant.write(SUMS, sums);
    variant.write(`${SUMS}.asc`, await fixture.settings.signers['gpg']!.signer.detachSign(Buffer.from(sums), now));
    expect(failures(await ask(variant)).join('\n')).toMatch(/does not list the files of this release/);
  });

  test('a list signed by a stranger is found', async () => {
    const variant = new Variant(fixture);
    const { signer } = await makeTestSigner(now);
    variant.write(`${SUMS}.asc`, await signer.detachSign(Buffer.from(variant.read(SUMS)), now));
    expect(failures(await ask(variant)).join('\n')).toMatch(/which is not pinned/);
  });

  test('a latest that still names the version before is found', async () => {
    const variant = new Variant(fixture);
    const link = join(variant.root, `gen/stable/${sealed.number}/files/latest`);
    expect(readlinkSync(link)).toBe('1.1');
    rmSync(link);
    symlinkSync('1.0', link);
    expect(failures(await ask(variant))).toEqual([expect.stringContaining('latest does not show the files of 1.1')]);
  });
});

describe('client files and pages of a view', () => {
  test.each([
    [
      'another key inside',
      'hello.sources',
      (text: string) => text.replace('BEGIN PGP', 'BEGIN PGQ'),
      /hello\.sources is/,
    ],
    ['another suite', 'hello.list', (text: string) => text.replace(' stable ', ' testing '), /hello\.list is/],
    ['another key to download', 'hello.key', (text: string) => text.replace('=', '+'), /\.key file is not the pinned/],
  ])('%s is found', async (_, name, change, says) => {
    const variant = new Variant(fixture);
    variant.write(`debian/${name}`, change(variant.read(`debian/${name}`)));
    expect(failures(await ask(variant)).join('\n')).toMatch(says);
  });

  test('a binary keyring with another key is found', async () => {
    const variant = new Variant(fixture);
    variant.flip('debian/hello.gpg');
    expect(failures(await ask(variant)).join('\n')).toMatch(/\.gpg file is not the pinned/);
  });
});

describe('what is asked', () => {
  const requestOf = (baseUrl: string, more: Partial<VerifyRequest> = {}): VerifyRequest => ({
    baseUrl,
    generation: sealed,
    settings: fixture.settings,
    packages: ['hello'],
    provesRefusals: true,
    signal: new AbortController().signal,
    ...more,
  });

  test('a package that no repository lists is a failure, not a gap in the evidence', async () => {
    const view = await new HttpViewServer({ config: fixture.settings.config }).open('live');
    try {
      const rows = await readerAt(now).verify(requestOf(view.baseUrl, { packages: ['hello', 'msi'] }));
      expect(failures(rows)).toEqual([expect.stringMatching(/^find msi: no repository of channel stable lists msi/)]);
    } finally {
      await view.close();
    }
  });

  test('an older index than the generation to be proved is a failure', async () => {
    const later = { ...sealed, date: toInstant(sealed.date + 1000) };
    expect(failures(await ask(new Variant(fixture), later)).join('\n')).toContain('InRelease is older');
  });

  test('a sealed generation is proved before anybody sees it', async () => {
    fixture.now = toInstant(now - 1000);
    const staged = await fixture.stage('main-1.2', [await fixture.deb('hello', '1.2')]);
    const view = await new HttpViewServer({ config: fixture.settings.config }).open({
      channel: 'stable',
      number: staged.number,
    });
    try {
      const rows = await readerAt(now).verify(requestOf(view.baseUrl, { generation: staged }));
      expect(failures(rows)).toEqual([]);
      expect(rows.map(({ did }) => did)).toContain('download hello 1.2 (all)');
    } finally {
      await view.close();
    }
  });

  test('a server that hangs costs its limits and no more, and is said in each row', async () => {
    const { scriptedServer } = await import('../../../test/support/scripted-server.ts');
    const server = await scriptedServer(() => {});
    const reader = new ReaderClient({
      verifier: new OpenpgpVerifier(),
      clock: new FixedClock(now),
      limits: { firstByteMs: 30 },
    });
    try {
      const rows = await reader.verify(requestOf(server.baseUrl));
      expect(rows.every(({ passed, said }) => !passed && said.includes('did not answer within'))).toBe(true);
    } finally {
      await server.close();
    }
  });

  test('giving up ends it with the reason that was given', async () => {
    const controller = new AbortController();
    controller.abort(new Error('cancelled by alice'));
    const request = requestOf('http://127.0.0.1:1', { signal: controller.signal });
    await expect(readerAt(now).verify(request)).rejects.toThrow('cancelled by alice');
  });

  test('a flat repository is read in its own layout, and an empty one too', async () => {
    const flat = await releasedRepository({ apt: { layout: 'flat' }, files: { latest: 'redirect' } });
    try {
      const view = await new HttpViewServer({ config: flat.fixture.settings.config }).open('live');
      const rows = await readerAt(now).verify({
        ...requestOf(view.baseUrl),
        generation: flat.sealed,
        settings: flat.fixture.settings,
      });
      expect(failures(rows)).toEqual([]);
      const empty = { apt: { packages: [] }, files: { packages: [] } };
      const undone = await flat.fixture.origin.write(
        flat.fixture.planContent('main-1.1', empty, flat.sealed),
        flat.fixture.settings,
      );
      await flat.fixture.promote(undone);
      const none = await readerAt(now).verify({
        ...requestOf(view.baseUrl, { packages: [] }),
        generation: undone,
        settings: flat.fixture.settings,
      });
      expect(failures(none)).toEqual([]);
      expect(none.find(({ did }) => did === 'follow latest')?.said).toContain('no latest yet');
      await view.close();
    } finally {
      await flat.fixture.remove();
    }
  });
});
