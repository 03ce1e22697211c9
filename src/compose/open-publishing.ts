import { GpgSigner } from '../adapters/signer-gpg/gpg-signer.ts';
import { OpenpgpSigner } from '../adapters/signer-openpgp/openpgp-signer.ts';
import { OpenpgpVerifier } from '../adapters/signer-openpgp/openpgp-verifier.ts';
import type { ResolvedConfig, SigningConfig } from '../domain/config/resolved-config.ts';
import type { Clock } from '../ports/clock.ts';
import type { PublishingSettings } from '../ports/origin.ts';
import type { SecretReader } from '../ports/secret-reader.ts';
import type { Signer } from '../ports/signer.ts';

interface SigningParts {
  readonly secrets: SecretReader;
  readonly clock: Clock;
}

/** Opens the signing keys of a config, each once per process: reading one asks for its secret, or starts a gpg. */
export function openPublishing(parts: SigningParts): (config: ResolvedConfig) => Promise<PublishingSettings> {
  const opened = new Map<string, PublishingSettings['signers'][string]>();
  return async (config) => {
    const signers: Record<string, PublishingSettings['signers'][string]> = {};
    for (const [name, signing] of Object.entries(config.signing)) {
      const key = JSON.stringify([name, signing]);
      const known = opened.get(key) ?? (await open(name, signing, parts));
      opened.set(key, known);
      signers[name] = known;
    }
    return { config, signers };
  };
}

async function open(
  name: string,
  signing: SigningConfig,
  parts: SigningParts,
): Promise<PublishingSettings['signers'][string]> {
  const signer = signerOf(name, signing, parts);
  return { signer, key: await signer.describe() };
}

function signerOf(name: string, signing: SigningConfig, { secrets, clock }: SigningParts): Signer {
  switch (signing.kind) {
    case 'key': {
      const { key, passphrase } = signing;
      return new OpenpgpSigner({ name, key, secrets, clock, ...(passphrase !== undefined && { passphrase }) });
    }
    case 'agent': {
      const { fingerprint, home } = signing;
      return new GpgSigner({
        name,
        fingerprint,
        clock,
        verifier: new OpenpgpVerifier(),
        ...(home !== undefined && { home }),
      });
    }
    case 'command':
      throw new Error(`signing.${name}: a command as signer is refused by plan until it exists`);
  }
}
