import { createCleartextMessage, readPrivateKey, sign } from 'openpgp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AptClient } from '../../src/adapters/client-apt/apt-client.ts';
import { ReaderClient } from '../../src/adapters/client-reader/reader-client.ts';
import { generateReleaseKey } from '../../src/adapters/signer-openpgp/generate-release-key.ts';
import { OPENPGP_CONFIG } from '../../src/adapters/signer-openpgp/openpgp-config.ts';
import { OpenpgpVerifier } from '../../src/adapters/signer-openpgp/openpgp-verifier.ts';
import { type Instant, toInstant } from '../../src/kernel/instant.ts';
import type { SealedGeneration } from '../../src/ports/origin.ts';
import type { ClientEvidence } from '../../src/ports/repository-client.ts';
import { FixedClock } from '../support/fixed-clock.ts';
import type { OriginFixture } from '../support/origin-fixture.ts';
import { releasedRepository, Variant } from '../support/repository-variants.ts';
import { makeTestSigner } from '../support/test-signer.ts';

const strangerKey = async () =>
  (await generateReleaseKey({ project: 'stranger', now: toInstant(Date.now() - 60_000) })).publicKey;
const apt = new AptClient({ strangerKey });
const aptMissing = await apt.unavailable();
if (aptMissing) console.log(`not checked: what real apt accepts and refuses (${aptMissing})`);

const IN_RELEASE = 'debian/dists/stable/InRelease';
let fixture: OriginFixture;
let sealed: SealedGeneration;
let now: Instant;

beforeAll(async () => {
  ({ fixture, sealed, now } = await releasedRepository());
});
afterAll(() => fixture.remove());

const askReader = (variant: Variant, generation = sealed) => {
  const reader = new ReaderClient({ verifier: new OpenpgpVerifier(), clock: new FixedClock(now) });
  return variant.ask(generation, (request) => reader.verify(request));
};
const askApt = (variant: Variant, generation = sealed) => variant.ask(generation, (request) => apt.verify(request));

const failed = (rows: readonly ClientEvidence[]) => rows.filter((row) => !row.passed);
/** Readable when it goes wrong: what was done, and the last thing said. */
const told = (rows: readonly ClientEvidence[]) =>
  failed(rows).map(({ did, exitCode, said }) => `${did}: ${exitCode ?? ''} ${said.split('\n').slice(-2).join(' ')}`);

interface Row {
  readonly name: string;
  readonly damage?: (variant: Variant) => Promise<void> | void;
  /** What our reader could not do, and what it says; absent: all is well. */
  readonly reader?: readonly [did: RegExp, says: RegExp];
  /** What apt could not do, always with exit code 100; absent: all is well. */
  readonly apt?: RegExp;
}

const signer = () => fixture.settings.signers['gpg']!.signer;

const ACCEPTED: readonly Row[] = [
  { name: 'as Slipway writes it: signed, SHA256 only, gz only, by-hash' },
  {
    name: 'an index only under its hash',
    damage: (variant) => variant.remove(...variant.indexFiles().filter((path) => path.endsWith('/Packages.gz'))),
  },
  {
    name: 'two signatures, of which the client knows one',
    damage: async (variant) => {
      const keys = await Promise.all(
        [
          (await makeTestSigner(now)).privateKey,
          (fixture.settings.signers['gpg'] as unknown as { privateKey: string }).privateKey,
        ].map((armoredKey) => readPrivateKey({ armoredKey })),
      );
      const message = await createCleartextMessage({ text: variant.read('debian/dists/stable/Release').trimEnd() });
      const signed = await sign({ message, signingKeys: keys, date: new Date(now - 1000), config: OPENPGP_CONFIG });
      variant.write(IN_RELEASE, signed.replaceAll('\r\n', '\n'));
    },
  },
];

const REFUSED: readonly Row[] = [
  {
    name: 'an index signed by another key',
    damage: async (variant) => variant.resign((text) => text, (await makeTestSigner(now)).signer, now),
    reader: [/read InRelease/, /which is not pinned/],
    apt: /update/,
  },
  {
    name: 'no signature at all',
    damage: (variant) => variant.remove(IN_RELEASE, 'debian/dists/stable/Release.gpg'),
    reader: [/read InRelease/, /answers 404/],
    apt: /update/,
  },
  {
    name: 'Release without the frame of a signature',
    damage: (variant) => {
      variant.write(IN_RELEASE, variant.read('debian/dists/stable/Release'));
      variant.remove('debian/dists/stable/Release.gpg');
    },
    reader: [/read InRelease/, /it is not signed/],
    apt: /update/,
  },
  {
    name: 'an index changed under a good signature',
    damage: (variant) => {
      for (const path of variant.indexFiles()) variant.flip(path);
    },
    reader: [/read index/, /has sha256/],
    apt: /update/,
  },
  {
    name: 'one letter of InRelease changed',
    damage: (variant) =>
      variant.write(IN_RELEASE, variant.read(IN_RELEASE).replace('Codename: stable', 'Codename: stible')),
    reader: [/read InRelease/, /is bad/],
    apt: /update/,
  },
  {
    name: 'a field added before the signed text',
    damage: (variant) => variant.write(IN_RELEASE, `Suite: evil\n${variant.read(IN_RELEASE)}`),
    reader: [/read InRelease/, /text before/],
    apt: /update/,
  },
  {
    name: 'an index that is named but absent',
    damage: (variant) => variant.remove(...variant.indexFiles()),
    reader: [/read index/, /answers 404/],
    apt: /update/,
  },
  {
    name: 'a package changed under a good index',
    damage: (variant) => variant.flip('debian/pool/h/hello_1.1_all.deb'),
    reader: [/download hello 1.1/, /has sha256/],
    apt: /download hello 1.1/,
  },
  {
    name: 'a package that is longer than the index says',
    damage: (variant) =>
      variant.write('debian/pool/h/hello_1.1_all.deb', `${variant.read('debian/pool/h/hello_1.1_all.deb')}more`),
    reader: [/download hello 1.1/, /longer than/],
    apt: /download hello 1.1/,
  },
  {
    name: 'a package that is named but absent',
    damage: (variant) => variant.remove('debian/pool/h/hello_1.1_all.deb'),
    reader: [/download hello 1.1/, /answers 404/],
    apt: /download hello 1.1/,
  },
  {
    name: 'a Date an hour ahead',
    damage: (variant) =>
      variant.resign(
        (text) => text.replace(/^Date: .*/m, `Date: ${new Date(now + 3_600_000).toUTCString()}`),
        signer(),
        now,
      ),
    reader: [/read InRelease/, /not valid yet/],
    apt: /update/,
  },
  {
    name: 'a Valid-Until that has passed',
    damage: (variant) =>
      variant.resign(
        (text) => text.replace(/^Date: /m, `Valid-Until: ${new Date(now - 60_000).toUTCString()}\nDate: `),
        signer(),
        now,
      ),
    reader: [/read InRelease/, /has expired/],
    apt: /update/,
  },
];

function variantOf(row: Row): Promise<Variant> {
  const variant = new Variant(fixture);
  return Promise.resolve(row.damage?.(variant)).then(() => variant);
}

describe('our own reader', () => {
  test.each(ACCEPTED)('accepts $name', async (row) => {
    expect(told(await askReader(await variantOf(row)))).toEqual([]);
  });

  test.each(REFUSED)('refuses $name', async (row) => {
    const [did, says] = row.reader!;
    const wrong = failed(await askReader(await variantOf(row)));
    expect(wrong.map((one) => one.did).join()).toMatch(did);
    expect(wrong.find((one) => did.test(one.did))?.said).toMatch(says);
  });

  test('reads the pair of Release and Release.gpg alone, and says that the pointer itself is missing', async () => {
    const variant = new Variant(fixture);
    variant.remove(IN_RELEASE);
    const rows = await askReader(variant);
    expect(rows.find(({ did }) => did === 'read Release and Release.gpg')).toMatchObject({ passed: true });
    expect(told(rows)[0]).toMatch(/read InRelease: .*404/);
  });

  test.each([
    ['an index that lost an entry', (entries: string[]) => entries.slice(1), /has lost hello 1\.0/],
    [
      'an index with an entry that no release brought',
      (entries: string[]) => [...entries, entries[0]!.replace('Version: 1.0', 'Version: 6.66')],
      /has hello 6\.66 .* which no release brought/,
    ],
  ])('refuses %s, although its signature is good', async (_, change, says) => {
    const variant = new Variant(fixture);
    await variant.rewriteIndexes(change, signer(), now);
    const index = (await askReader(variant)).find(({ did }) => did === 'read index');
    expect(index).toMatchObject({ passed: false, said: expect.stringMatching(says) });
  });
});

describe.skipIf(aptMissing)('real apt', { timeout: 60_000 }, () => {
  test.each(ACCEPTED)('accepts $name', async (row) => {
    const variant = await variantOf(row);
    expect(told(await askApt(variant))).toEqual([]);
    expect(variant.requests.filter(({ target }) => /by-hash\/SHA256\//.test(target)).length).toBeGreaterThan(0);
  });

  test.each(REFUSED)('refuses $name with 100', async (row) => {
    const wrong = failed(await askApt(await variantOf(row)));
    expect(wrong.map(({ did }) => did).join()).toMatch(row.apt!);
    const refused = wrong.find(({ did }) => row.apt?.test(did));
    expect(refused?.exitCode).toBe(100);
    expect(refused?.said).not.toBe('');
  });

  test('accepts Release and Release.gpg alone', async () => {
    const variant = new Variant(fixture);
    variant.remove(IN_RELEASE);
    expect(told(await askApt(variant))).toEqual([]);
  });

  test('installs and upgrades, each package into an empty machine', async () => {
    const rows = await askApt(new Variant(fixture));
    expect(rows.map(({ did, exitCode }) => `${did}: ${exitCode}`)).toEqual([
      'fetch client files: 0',
      'update with hello.list: 0',
      'update with hello.sources: 0',
      'download hello 1.1: 0',
      'install hello 1.1: 0',
      'upgrade hello from 1.0 to 1.1: 0',
      'update with hello.sources: 0',
      'download hello-data 1.1: 0',
      'install hello-data 1.1: 0',
      'refuse a changed package: 100',
      'refuse a changed index: 100',
      "refuse a stranger's signature: 100",
    ]);
    expect(rows.every(({ client, repository }) => /^apt \d/.test(client) && repository === 'apt')).toBe(true);
  });
});
