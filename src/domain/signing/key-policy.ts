import { formatInstant, type Instant } from '../../kernel/instant.ts';
import type { KeyFacts, KeyPartFacts } from './key-facts.ts';
import type { SigningKeyProblem } from './signing-key-error.ts';

/** RSA below this is refused: Debian 13's apt no longer takes 2048 for granted, and a release key lives for years. */
export const RSA_BITS_MIN = 3072;

const RSA = new Set(['rsaEncryptSign', 'rsaSign']);

/** `RSA-3072`, `Ed25519`, `ECDSA p256`: for people. */
export function describeKeyPart({ algorithm, bits, curve }: KeyPartFacts): string {
  if (RSA.has(algorithm)) return `RSA-${bits ?? '?'}`;
  if (algorithm === 'eddsaLegacy')
    return curve === undefined || curve === 'ed25519Legacy' ? 'Ed25519' : `EdDSA ${curve}`;
  return curve === undefined ? algorithm.toUpperCase() : `${algorithm.toUpperCase()} ${curve}`;
}

/**
 * Why a key may not sign a release, or undefined when it may. Only keys that gpg 2.2 and every supported apt, dnf and
 * zypper can read: version 4, RSA of 3072 bits or more, or Ed25519 in its older encoding (`ed25519Legacy`).
 */
export function signingKeyProblem(key: KeyFacts, now: Instant): SigningKeyProblem | undefined {
  for (const part of key.parts) {
    const problem = partProblem(part);
    if (problem) return problem;
  }
  if (key.isRevoked) return { reason: 'revoked', detail: `key ${key.fingerprint} has been revoked` };
  if (key.createdAt > now)
    return { reason: 'not-yet-valid', detail: `key ${key.fingerprint} begins at ${formatInstant(key.createdAt)}` };
  if (key.expiresAt !== null && key.expiresAt <= now)
    return { reason: 'expired', detail: `key ${key.fingerprint} expired at ${formatInstant(key.expiresAt)}` };
  return undefined;
}

function partProblem(part: KeyPartFacts): SigningKeyProblem | undefined {
  const what = describeKeyPart(part);
  if (part.version !== 4)
    return {
      reason: 'unsupported',
      detail: `it is a version ${part.version} key (${what}); gpg 2.2 and apt read version 4`,
    };
  if (RSA.has(part.algorithm)) {
    if ((part.bits ?? 0) >= RSA_BITS_MIN) return undefined;
    return { reason: 'too-weak', detail: `it is ${what}; at least RSA-${RSA_BITS_MIN} is needed` };
  }
  if (part.algorithm === 'eddsaLegacy' && (part.curve ?? 'ed25519Legacy') === 'ed25519Legacy') return undefined;
  return { reason: 'unsupported', detail: `it is ${what}; RSA-${RSA_BITS_MIN} or more, or Ed25519, is needed` };
}
