import { describe, expect, test } from 'vitest';
import { OpenpgpVerifier } from '../../src/adapters/signer-openpgp/openpgp-verifier.ts';
import { type Instant, toInstant } from '../../src/kernel/instant.ts';
import type { Signer } from '../../src/ports/signer.ts';
import { GpgHome, gpgMissing } from '../support/gpg-home.ts';

export interface SignerUnderTest {
  readonly signer: Signer;
  readonly fingerprint: string;
  /** A date the key can sign at. */
  readonly date: Instant;
}

const RELEASE = 'Origin: hello\nSuite: stable\nSHA256:\n 0a 1 main/binary-all/Packages.gz\n';

/** What every signer promises, whoever holds the key. */
export function signerContract(name: string, open: () => Promise<SignerUnderTest>): void {
  describe(`${name} keeps the promises of a signer`, () => {
    const verifier = new OpenpgpVerifier();

    test('it says which key users have to pin, with the public half and its end', async () => {
      const { signer, fingerprint, date } = await open();
      const key = await signer.describe();
      expect(key.fingerprint).toBe(fingerprint);
      expect(key.fingerprint).toMatch(/^[0-9A-F]{40}$/);
      expect(key.publicKey).toMatch(/^-----BEGIN PGP PUBLIC KEY BLOCK-----\n/);
      expect(key.publicKey).not.toContain('PRIVATE');
      expect(key.publicKey).not.toContain('\r');
      expect(key.createdAt).toBeLessThanOrEqual(date);
      expect(key.expiresAt === null || key.expiresAt > date).toBe(true);
      expect(key.algorithm).toMatch(/^(RSA-\d+|Ed25519)$/);
    });

    test('signed text verifies, and reads as it was written', async () => {
      const { signer, fingerprint, date } = await open();
      const { publicKey } = await signer.describe();
      const signed = await signer.clearSign(RELEASE, date);
      const verdict = await verifier.verifyClear(signed, publicKey, date);
      expect(verdict).toMatchObject({ good: true, signature: { fingerprint }, text: RELEASE.trimEnd() });
      expect(signed).not.toContain('\r');
    });

    test('one changed letter of signed text is found', async () => {
      const { signer, date } = await open();
      const { publicKey } = await signer.describe();
      const signed = await signer.clearSign(RELEASE, date);
      const verdict = await verifier.verifyClear(signed.replace('stable', 'stible'), publicKey, date);
      expect(verdict.good).toBe(false);
    });

    test('lines that begin with a dash, end in blanks or hold other scripts survive', async () => {
      const { signer, date } = await open();
      const { publicKey } = await signer.describe();
      const text = '- first\n-----BEGIN PGP SIGNATURE-----\nFrom me\nblanks \t\nGrüße, 世界\n\nlast';
      const verdict = await verifier.verifyClear(await signer.clearSign(text, date), publicKey, date);
      expect(verdict).toMatchObject({ good: true, text: text.replace('blanks \t', 'blanks') });
    });

    test('a detached signature fits these bytes and no others', async () => {
      const { signer, date } = await open();
      const { publicKey } = await signer.describe();
      const bytes = Uint8Array.from({ length: 100_000 }, (_, i) => (i * 7919) % 256);
      const signature = await signer.detachSign(bytes, date);
      expect(signature).toMatch(/^-----BEGIN PGP SIGNATURE-----\n/);
      expect((await verifier.verifyDetached(bytes, signature, publicKey, date)).good).toBe(true);
      bytes[50_000]! ^= 1;
      expect((await verifier.verifyDetached(bytes, signature, publicKey, date)).good).toBe(false);
    });

    test.skipIf(gpgMissing)('gpg reads the public key and both kinds of signature', async () => {
      const { signer, fingerprint, date } = await open();
      const gpg = new GpgHome();
      try {
        gpg.import((await signer.describe()).publicKey);
        const clear = gpg.run(['--status-fd', '2', '--decrypt'], await signer.clearSign(RELEASE, date));
        expect(clear.err).toMatch(new RegExp(`VALIDSIG [0-9A-F]{40} .*${fingerprint}`));
        expect(clear.out.toString().trimEnd()).toBe(RELEASE.trimEnd());
        const signature = gpg.file('Release.gpg', await signer.detachSign(Buffer.from(RELEASE), date));
        const detached = gpg.run(['--status-fd', '2', '--verify', signature, gpg.file('Release', RELEASE)]);
        expect(detached.err).toMatch(new RegExp(`VALIDSIG [0-9A-F]{40} .*${fingerprint}`));
      } finally {
        gpg.close();
      }
    });
  });
}

export const wholeSecond = (epochMs: number): Instant => toInstant(Math.floor(epochMs / 1000) * 1000);
