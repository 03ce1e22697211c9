import { generateReleaseKey } from '../../src/adapters/signer-openpgp/generate-release-key.ts';
import { OpenpgpSigner } from '../../src/adapters/signer-openpgp/openpgp-signer.ts';
import type { SecretReference } from '../../src/domain/config/resolved-config.ts';
import { type Instant, toInstant } from '../../src/kernel/instant.ts';
import type { Signer, SigningKey } from '../../src/ports/signer.ts';
import { MapSecrets } from './map-secrets.ts';

const A_DAY_MS = 24 * 3_600_000;

/** The real signer, with a fresh Ed25519 key that lives as long as the test, or with one that was made so before. */
export async function makeTestSigner(
  now: Instant,
  existingKey?: string,
): Promise<{ signer: Signer; key: SigningKey; privateKey: string }> {
  const made = toInstant(now - A_DAY_MS);
  const privateKey = existingKey ?? (await generateReleaseKey({ project: 'hello', now: made })).privateKey;
  const reference = 'env:KEY' as SecretReference;
  const signer = new OpenpgpSigner({
    name: 'gpg',
    key: reference,
    secrets: new MapSecrets({ [reference]: privateKey }),
    clock: { now: () => now, sleepUntil: () => Promise.resolve() },
  });
  return { signer, key: await signer.describe(), privateKey };
}
