import { createCleartextMessage, createMessage, generateKey, readPrivateKey, sign } from 'openpgp';
import { type Instant, toInstant } from '../../src/kernel/instant.ts';
import type { Signer, SigningKey } from '../../src/ports/signer.ts';

/** A fresh Ed25519 key that lives as long as the test, used through openpgp.js directly. */
export async function makeTestSigner(
  userId = 'Test <test@slipway.invalid>',
): Promise<{ signer: Signer; key: SigningKey }> {
  const made = new Date(Date.UTC(2020, 0, 1));
  const [, name, email] = /^(.*) <(.*)>$/.exec(userId) ?? [];
  const { privateKey: armoured, publicKey } = await generateKey({
    type: 'ecc',
    curve: 'ed25519Legacy',
    userIDs: [{ name: name ?? userId, email: email ?? '' }],
    date: made,
    format: 'armored',
  });
  const privateKey = await readPrivateKey({ armoredKey: armoured });
  const key: SigningKey = {
    fingerprint: privateKey.getFingerprint().toUpperCase(),
    userId,
    algorithm: 'ed25519',
    createdAt: toInstant(made.getTime()),
    expiresAt: null,
    publicKey,
  };
  const config = { nonDeterministicSignaturesViaNotation: false };
  const signer: Signer = {
    describe: async () => key,
    clearSign: async (text: string, date: Instant) =>
      sign({ message: await createCleartextMessage({ text }), signingKeys: privateKey, date: new Date(date), config }),
    detachSign: async (binary: Uint8Array, date: Instant) =>
      sign({
        message: await createMessage({ binary }),
        signingKeys: privateKey,
        detached: true,
        date: new Date(date),
        config,
      }),
  };
  return { signer, key };
}
