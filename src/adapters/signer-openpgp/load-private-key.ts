import { decryptKey, type PrivateKey, readPrivateKeys, type Subkey } from 'openpgp';
import { dearmour } from '../../domain/signing/dearmour.ts';
import type { KeyFacts } from '../../domain/signing/key-facts.ts';
import { signingKeyProblem } from '../../domain/signing/key-policy.ts';
import { privateKeyTextProblem } from '../../domain/signing/recognise-key-text.ts';
import { SigningKeyError } from '../../domain/signing/signing-key-error.ts';
import type { Instant } from '../../kernel/instant.ts';
import { ANY_KEY_CONFIG, OPENPGP_CONFIG } from './openpgp-config.ts';
import { readKeyFacts } from './read-key-facts.ts';

export interface LoadedKey {
  readonly key: PrivateKey;
  readonly facts: KeyFacts;
}

/**
 * Turns the text of a key reference into a key that may sign, unlocked. `where` names the config entry for messages.
 * @throws {SigningKeyError} for everything that makes it unusable.
 */
export async function loadPrivateKey(
  where: string,
  text: string,
  passphrase: string | undefined,
  now: Instant,
): Promise<LoadedKey> {
  const textProblem = privateKeyTextProblem(text);
  if (textProblem) throw new SigningKeyError(where, textProblem);
  const locked = await readOneKey(where, text);
  const facts = await factsOf(locked);
  const problem = signingKeyProblem(facts, now);
  if (problem) throw new SigningKeyError(where, problem);
  const key = await unlock(where, locked, passphrase);
  await requireSigningPart(where, key, now);
  return { key, facts };
}

async function readOneKey(where: string, text: string): Promise<PrivateKey> {
  let keys: PrivateKey[];
  try {
    keys = await readPrivateKeys({ binaryKeys: dearmour(text, 'PRIVATE KEY BLOCK'), config: ANY_KEY_CONFIG });
  } catch (cause) {
    if (!(cause instanceof Error) || cause instanceof TypeError) throw cause;
    throw new SigningKeyError(where, { reason: 'damaged', detail: `it cannot be read (${cause.message})` }, { cause });
  }
  const [key, another] = keys;
  if (!key) throw new SigningKeyError(where, { reason: 'damaged', detail: 'it holds no private key' });
  if (another) {
    const all = keys.map((one) => one.getFingerprint().toUpperCase()).join(', ');
    throw new SigningKeyError(where, { reason: 'several-keys', detail: `it holds ${keys.length} keys (${all})` });
  }
  return key;
}

/**
 * Facts of the primary key and of the part that signs. Found without a date: an expired key still has a part that would sign,
 * and "expired" is the better message than "no signing key".
 */
async function factsOf(key: PrivateKey): Promise<KeyFacts> {
  try {
    const part = await key.getSigningKey(undefined, null, undefined, ANY_KEY_CONFIG);
    return await readKeyFacts(key, part === key ? undefined : (part as Subkey));
  } catch {
    // No part can sign, or it is too old to be considered: the policy reads the primary key, requireSigningPart says the rest.
    return readKeyFacts(key);
  }
}

async function unlock(where: string, key: PrivateKey, passphrase: string | undefined): Promise<PrivateKey> {
  if (key.isDecrypted()) return key;
  if (passphrase === undefined)
    throw new SigningKeyError(where, {
      reason: 'passphrase-missing',
      detail: 'it is locked and no passphrase is named',
    });
  try {
    return await decryptKey({ privateKey: key, passphrase, config: OPENPGP_CONFIG });
  } catch (cause) {
    if (!(cause instanceof Error) || !/passphrase/i.test(cause.message)) throw cause;
    throw new SigningKeyError(
      where,
      { reason: 'passphrase-wrong', detail: 'the passphrase does not unlock it' },
      { cause },
    );
  }
}

async function requireSigningPart(where: string, key: PrivateKey, now: Instant): Promise<void> {
  const part = await key.getSigningKey(undefined, new Date(now), undefined, OPENPGP_CONFIG).catch((cause: unknown) => {
    if (!(cause instanceof Error) || cause instanceof TypeError) throw cause;
    throw new SigningKeyError(
      where,
      { reason: 'cannot-sign', detail: `no part of it can sign (${cause.message})` },
      { cause },
    );
  });
  const packet = part.keyPacket as { isMissingSecretKeyMaterial?(): boolean };
  if (packet.isMissingSecretKeyMaterial?.())
    throw new SigningKeyError(where, {
      reason: 'no-secret-part',
      detail: 'the part that signs is a stub without its secret',
    });
}
