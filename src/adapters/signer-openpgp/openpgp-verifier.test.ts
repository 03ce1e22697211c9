import fc from 'fast-check';
import { enums, generateKey, revokeKey } from 'openpgp';
import { beforeAll, describe, expect, test } from 'vitest';
import { FixedClock } from '../../../test/support/fixed-clock.ts';
import { GpgHome, gpgMissing } from '../../../test/support/gpg-home.ts';
import { MapSecrets, reference } from '../../../test/support/map-secrets.ts';
import { type Instant, toInstant } from '../../kernel/instant.ts';
import { generateReleaseKey, type ReleaseKey } from './generate-release-key.ts';
import { OPENPGP_CONFIG } from './openpgp-config.ts';
import { OpenpgpSigner } from './openpgp-signer.ts';
import { OpenpgpVerifier } from './openpgp-verifier.ts';

const NOW = toInstant(Date.parse('2026-11-22T22:00:00Z'));
const later = (ms: number): Instant => toInstant(NOW + ms);
const verifier = new OpenpgpVerifier();
const TEXT = 'Origin: hello\nSuite: stable';

const signerWith = (privateKey: string) =>
  new OpenpgpSigner({
    name: 'gpg',
    key: reference('file:k'),
    secrets: new MapSecrets({ 'file:k': privateKey }),
    clock: new FixedClock(NOW),
  });

describe('signatures against pinned keys', () => {
  let ours: ReleaseKey;
  let theirs: ReleaseKey;
  let signed: string;
  let detached: string;
  const bytes = Buffer.from(TEXT);
  beforeAll(async () => {
    ours = await generateReleaseKey({ project: 'ours', now: NOW });
    theirs = await generateReleaseKey({ project: 'theirs', now: NOW });
    signed = await signerWith(ours.privateKey).clearSign(TEXT, NOW);
    detached = await signerWith(ours.privateKey).detachSign(bytes, NOW);
  });
  const clear = (message: string, at = NOW) => verifier.verifyClear(message, ours.publicKey, at);

  test('another key is named, so that a reader can look who it was', async () => {
    const stranger = await signerWith(theirs.privateKey).clearSign(TEXT, NOW);
    const verdict = await clear(stranger);
    expect(verdict).toMatchObject({ good: false, why: expect.stringContaining(theirs.fingerprint.slice(-16)) });
  });

  test('one of several pinned keys is enough, also when it is the second in the file', async () => {
    const both = theirs.publicKey + ours.publicKey;
    const verdict = await verifier.verifyClear(signed, both, NOW);
    expect(verdict).toMatchObject({ good: true, signature: { fingerprint: ours.fingerprint } });
  });

  test('text around the message is refused, although its signature is good', async () => {
    expect((await clear(`Suite: evil\n${signed}`)).good).toBe(false);
    expect((await clear(`${signed}Suite: evil\n`)).good).toBe(false);
    expect((await clear(signed.replace('\n\n', '\nSuite: evil\n\n'))).good).toBe(false);
  });

  test('no byte of a signed file can change and still be good with another text', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(signed.length - 1), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
        const changed = Buffer.from(signed);
        changed[at] = (changed[at] ?? 0) ^ flip;
        const verdict = await clear(changed.toString('latin1'));
        if (verdict.good) expect(verdict.text).toBe(TEXT);
      }),
      { numRuns: 1000 },
    );
  });

  test('bytes that are no signature at all give a verdict, never a crash', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (noise) => {
        expect((await verifier.verifyDetached(bytes, noise, ours.publicKey, NOW)).good).toBe(false);
        const text = Buffer.from(noise).toString('base64');
        const armoured = `-----BEGIN PGP SIGNATURE-----\n\n${text}\n-----END PGP SIGNATURE-----\n`;
        expect((await verifier.verifyDetached(bytes, armoured, ours.publicKey, NOW)).good).toBe(false);
        const framed = `-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\nx\n${armoured}`;
        expect((await clear(framed)).good).toBe(false);
      }),
      { numRuns: 200 },
    );
  });

  test('the same signature twice is refused: exactly one is expected', async () => {
    const packet = Buffer.from(detached.split('\n\n')[1]?.split('\n=')[0] ?? '', 'base64');
    expect((await verifier.verifyDetached(bytes, packet, ours.publicKey, NOW)).good).toBe(true);
    const twice = await verifier.verifyDetached(bytes, Buffer.concat([packet, packet]), ours.publicKey, NOW);
    expect(twice).toMatchObject({ good: false, why: expect.stringContaining('two signatures') });
  });

  test('a signature of tomorrow is refused today', async () => {
    const tomorrow = await signerWith(ours.privateKey).clearSign(TEXT, later(86_400_000));
    expect((await clear(tomorrow)).good).toBe(false);
    expect((await clear(tomorrow, later(86_400_000))).good).toBe(true);
  });

  test('a key that has ended since is refused, as apt refuses it', async () => {
    expect((await clear(signed, later(729 * 86_400_000))).good).toBe(true);
    expect(await clear(signed, later(731 * 86_400_000))).toMatchObject({
      good: false,
      why: expect.stringContaining('expired at 2028-11-21'),
    });
  });

  test('a key that was revoked is refused', async () => {
    const { privateKey } = await generateKey({
      type: 'ecc',
      curve: 'ed25519Legacy',
      userIDs: [{ name: 'lost' }],
      date: new Date(NOW),
      format: 'object',
      config: OPENPGP_CONFIG,
    });
    const message = await signerWith(privateKey.armor()).clearSign(TEXT, NOW);
    const { publicKey } = await revokeKey({
      key: privateKey,
      reasonForRevocation: { flag: enums.reasonForRevocation.keyCompromised },
      date: new Date(later(1000)),
      format: 'armored',
    });
    expect((await verifier.verifyClear(message, publicKey, later(2000))).good).toBe(false);
  });

  test('a pinned key that cannot be read is a verdict that says so', async () => {
    expect(await verifier.verifyClear(signed, 'no key', NOW)).toMatchObject({
      good: false,
      why: expect.stringContaining('pinned public key cannot be read'),
    });
  });

  test.skipIf(gpgMissing)('what gpg signs is read, also with a second signature by a key we do not know', async () => {
    const gpg = new GpgHome();
    try {
      const at = toInstant(Date.now() + 60_000);
      const [one, two] = [gpg.generate('one', 'ed25519'), gpg.generate('two', 'rsa3072')];
      const message = gpg.must(['-u', one, '-u', two, '--clear-sign'], `${TEXT}\n`).toString();
      for (const fingerprint of [one, two]) {
        const verdict = await verifier.verifyClear(message, gpg.exportPublic(fingerprint), at);
        expect(verdict).toMatchObject({ good: true, signature: { fingerprint }, text: TEXT });
      }
      const both = await verifier.verifyClear(message, gpg.exportPublic(one) + gpg.exportPublic(two), at);
      expect(both).toMatchObject({ good: true });
      const binary = gpg.must(['-u', one, '--detach-sign'], TEXT);
      expect((await verifier.verifyDetached(bytes, binary, gpg.exportPublic(one), at)).good).toBe(true);
    } finally {
      gpg.close();
    }
  });
});
