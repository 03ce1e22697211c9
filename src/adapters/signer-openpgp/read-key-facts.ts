import type { PublicKey, Subkey } from 'openpgp';
import type { KeyFacts, KeyPartFacts } from '../../domain/signing/key-facts.ts';
import { type Instant, toInstant } from '../../kernel/instant.ts';

/** Reads what the key policy wants to know. `signingSubkey` when that one signs, not the primary key. */
export async function readKeyFacts(key: PublicKey, signingSubkey?: Subkey): Promise<KeyFacts> {
  const ends = [await key.getExpirationTime(), await signingSubkey?.getExpirationTime()];
  const times = ends.filter((end): end is Date => end instanceof Date).map((end) => end.getTime());
  return {
    fingerprint: key.getFingerprint().toUpperCase(),
    userId: key.getUserIDs()[0] ?? '',
    parts: [key, ...(signingSubkey ? [signingSubkey] : [])].map(readPart),
    createdAt: latestOf([key, ...(signingSubkey ? [signingSubkey] : [])]),
    expiresAt: times.length === 0 ? null : toInstant(Math.min(...times)),
    isRevoked: await key.isRevoked(),
  };
}

function readPart(part: PublicKey | Subkey): KeyPartFacts {
  const { algorithm, bits, curve } = part.getAlgorithmInfo();
  return {
    version: part.keyPacket.version,
    algorithm,
    ...(bits === undefined ? {} : { bits }),
    ...(curve === undefined ? {} : { curve }),
  };
}

/** A signature is valid once primary key and subkey exist. */
const latestOf = (parts: readonly (PublicKey | Subkey)[]): Instant =>
  toInstant(Math.max(...parts.map((part) => part.getCreationTime().getTime())));
