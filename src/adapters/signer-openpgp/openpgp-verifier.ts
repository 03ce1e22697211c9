import {
  type CleartextMessage,
  createMessage,
  type Message,
  type PublicKey,
  readCleartextMessage,
  readKeys,
  readSignature,
  type Signature,
  verify,
} from 'openpgp';
import { clearSignedProblem } from '../../domain/signing/clear-signed-text.ts';
import { dearmour } from '../../domain/signing/dearmour.ts';
import { formatInstant, type Instant, toInstant } from '../../kernel/instant.ts';
import type { SignatureVerifier, Verdict } from '../../ports/signature-verifier.ts';
import { OPENPGP_CONFIG } from './openpgp-config.ts';

type Results = Awaited<ReturnType<typeof verify>>['signatures'];

/** Checks signatures with openpgp.js, which trusts more than apt does: the end of a key and the text around are checked here. */
export class OpenpgpVerifier implements SignatureVerifier {
  /** The keys that were pinned last: openpgp.js remembers what it has proved of a key it was given before. */
  #pinned: { readonly text: string; readonly keys: readonly PublicKey[] } | undefined;

  async verifyClear(message: string, publicKeys: string, at: Instant): Promise<Verdict<{ readonly text: string }>> {
    const frame = clearSignedProblem(message);
    if (frame) return { good: false, why: frame };
    const parsed = await attempt(() => readCleartextMessage({ cleartextMessage: message }));
    if ('problem' in parsed) return { good: false, why: `it cannot be read as a signed message: ${parsed.problem}` };
    const verdict = await this.#judge(parsed.value, publicKeys, at);
    return verdict.good ? { ...verdict, text: parsed.value.getText() } : verdict;
  }

  async verifyDetached(
    bytes: Uint8Array,
    signature: string | Uint8Array,
    publicKeys: string,
    at: Instant,
  ): Promise<Verdict> {
    const parsed = await attempt(() =>
      typeof signature === 'string'
        ? readSignature({ armoredSignature: signature })
        : readSignature({ binarySignature: signature }),
    );
    if ('problem' in parsed) return { good: false, why: `its signature cannot be read: ${parsed.problem}` };
    return this.#judge(await createMessage({ binary: bytes }), publicKeys, at, parsed.value);
  }

  async #judge(
    message: CleartextMessage | Message<Uint8Array>,
    publicKeys: string,
    at: Instant,
    signature?: Signature,
  ): Promise<Verdict> {
    const pinned = await attempt(() => this.#readPinned(publicKeys));
    if ('problem' in pinned) return { good: false, why: `the pinned public key cannot be read: ${pinned.problem}` };
    const checked = await attempt(() =>
      verify({
        message: message as Message<Uint8Array>,
        verificationKeys: [...pinned.value],
        date: new Date(at),
        config: OPENPGP_CONFIG,
        // Only a detached signature has bytes; a cleartext message is always text.
        ...(signature ? { signature, format: 'binary' as const } : {}),
      }),
    );
    if ('problem' in checked) return { good: false, why: `its signature cannot be checked: ${checked.problem}` };
    return chooseVerdict(checked.value.signatures, pinned.value, at);
  }

  async #readPinned(text: string): Promise<readonly PublicKey[]> {
    if (this.#pinned?.text === text) return this.#pinned.keys;
    const keys = await readKeys({ binaryKeys: dearmour(text, 'PUBLIC KEY BLOCK') });
    this.#pinned = { text, keys };
    return keys;
  }
}

async function chooseVerdict(signatures: Results, pinned: readonly PublicKey[], at: Instant): Promise<Verdict> {
  if (signatures.length === 0) return { good: false, why: 'it has no signature' };
  const ours = signatures.flatMap((signature) => {
    const key = pinned.find((candidate) => candidate.getKeys(signature.keyID).length > 0);
    return key ? [{ signature, key }] : [];
  });
  if (ours.length === 0) {
    const others = signatures.map(({ keyID }) => keyID.toHex().toUpperCase()).join(', ');
    return { good: false, why: `it is signed by key ${others}, which is not pinned` };
  }
  if (new Set(ours.map(({ key }) => key)).size < ours.length)
    return { good: false, why: 'it has two signatures by one pinned key; one is expected' };
  // While a key is replaced both sign, and both may be pinned: then both have to hold.
  const verdicts = await Promise.all(ours.map(({ signature, key }) => judgeOne(signature, key, at)));
  const [first = { good: false, why: 'it has no signature' }] = verdicts;
  return verdicts.find(({ good }) => !good) ?? first;
}

async function judgeOne(result: Results[number], key: PublicKey, at: Instant): Promise<Verdict> {
  const fingerprint = key.getFingerprint().toUpperCase();
  const checked = await attempt(() => result.verified);
  if ('problem' in checked) return { good: false, why: `the signature by ${fingerprint} is bad: ${checked.problem}` };
  // openpgp.js asks whether the key was valid when it signed; apt and gpg ask whether it is valid now.
  const parts = [key, ...key.getSubkeys(result.keyID)];
  for (const part of parts) {
    const end = await part.getExpirationTime();
    if (end instanceof Date && end.getTime() <= at)
      return { good: false, why: `key ${fingerprint} expired at ${formatInstant(toInstant(end.getTime()))}` };
  }
  if (await key.isRevoked(undefined, undefined, new Date(at)))
    return { good: false, why: `key ${fingerprint} has been revoked` };
  const made = (await result.signature).packets[0]?.created?.getTime();
  return { good: true, signature: { fingerprint, madeAt: toInstant(made ?? at) } };
}

/** openpgp.js throws all kinds of errors for foreign bytes. Each means "not good", and its text is kept word for word. */
async function attempt<Value>(
  act: () => Promise<Value>,
): Promise<{ readonly value: Value } | { readonly problem: string }> {
  try {
    return { value: await act() };
  } catch (cause) {
    return { problem: cause instanceof Error ? cause.message : String(cause) };
  }
}
