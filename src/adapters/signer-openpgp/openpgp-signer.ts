import { createCleartextMessage, createMessage, type PrivateKey, sign } from 'openpgp';
import type { SecretReference } from '../../domain/config/resolved-config.ts';
import { toClearSignable } from '../../domain/signing/clear-signed-text.ts';
import { describeKeyPart, signingKeyProblem } from '../../domain/signing/key-policy.ts';
import { SignatureUnverifiedError } from '../../domain/signing/signature-error.ts';
import { SigningKeyError } from '../../domain/signing/signing-key-error.ts';
import type { Instant } from '../../kernel/instant.ts';
import type { Clock } from '../../ports/clock.ts';
import type { SecretReader } from '../../ports/secret-reader.ts';
import type { Verdict } from '../../ports/signature-verifier.ts';
import type { Signer, SigningKey } from '../../ports/signer.ts';
import { type LoadedKey, loadPrivateKey } from './load-private-key.ts';
import { OPENPGP_CONFIG } from './openpgp-config.ts';
import { OpenpgpVerifier } from './openpgp-verifier.ts';

export interface OpenpgpSignerOptions {
  /** Key of the config: `gpg` of `signing.gpg`. */
  readonly name: string;
  readonly key: SecretReference;
  readonly passphrase?: SecretReference;
  readonly secrets: SecretReader;
  readonly clock: Clock;
}

/** The key as it was read, and what is said of it: worked out once, it is asked for with every signature. */
interface SignersKey extends LoadedKey {
  readonly described: SigningKey;
}

/** Signs in this process with openpgp.js and a private key behind a secret reference. The same text and date give the same bytes. */
export class OpenpgpSigner implements Signer {
  readonly #options: OpenpgpSignerOptions;
  readonly #verifier = new OpenpgpVerifier();
  readonly #where: string;
  #loaded: Promise<SignersKey> | undefined;

  constructor(options: OpenpgpSignerOptions) {
    this.#options = options;
    this.#where = `signing.${options.name} (${options.key})`;
  }

  async describe(): Promise<SigningKey> {
    return (await this.#load()).described;
  }

  async clearSign(text: string, date: Instant): Promise<string> {
    const signable = toClearSignable(text);
    const message = await createCleartextMessage({ text: signable });
    const armoured = await this.#sign(date, (signingKeys) =>
      sign({ message, signingKeys, date: new Date(date), config: OPENPGP_CONFIG }),
    );
    // openpgp.js writes CRLF inside the text; signatures are made over CRLF whatever the file has, and apt's files have LF.
    const signed = armoured.replaceAll('\r\n', '\n');
    await this.#requireGood((publicKey) => this.#verifier.verifyClear(signed, publicKey, date));
    return signed;
  }

  async detachSign(bytes: Uint8Array, date: Instant): Promise<string> {
    const message = await createMessage({ binary: bytes });
    const signature = await this.#sign(date, (signingKeys) =>
      sign({ message, signingKeys, date: new Date(date), detached: true, config: OPENPGP_CONFIG }),
    );
    await this.#requireGood((publicKey) => this.#verifier.verifyDetached(bytes, signature, publicKey, date));
    return signature;
  }

  async #sign(date: Instant, make: (key: PrivateKey) => Promise<string>): Promise<string> {
    const { key, facts } = await this.#load();
    // A conductor lives for days: the key may have ended since it was read.
    const problem = signingKeyProblem(facts, date);
    if (problem) throw new SigningKeyError(this.#where, problem);
    return make(key);
  }

  async #requireGood(verify: (publicKey: string) => Promise<Verdict>): Promise<void> {
    const { fingerprint, publicKey } = await this.describe();
    const verdict = await verify(publicKey);
    if (!verdict.good) throw new SignatureUnverifiedError(this.#where, fingerprint, verdict.why);
  }

  #load(): Promise<SignersKey> {
    this.#loaded ??= this.#read().catch((error: unknown) => {
      this.#loaded = undefined; // a corrected file or variable is read again
      throw error;
    });
    return this.#loaded;
  }

  async #read(): Promise<SignersKey> {
    const { secrets, key, passphrase, clock } = this.#options;
    const text = await secrets.read(key);
    // A file written by an editor or echo ends in a line end that nobody typed.
    const word = passphrase === undefined ? undefined : (await secrets.read(passphrase)).replace(/\r?\n$/, '');
    const loaded = await loadPrivateKey(this.#where, text, word, clock.now());
    return { ...loaded, described: describeKey(loaded) };
  }
}

function describeKey({ key, facts }: LoadedKey): SigningKey {
  const signing = facts.parts.at(-1);
  return {
    fingerprint: facts.fingerprint,
    userId: facts.userId,
    algorithm: signing ? describeKeyPart(signing) : '',
    createdAt: facts.createdAt,
    expiresAt: facts.expiresAt,
    publicKey: key.toPublic().armor(OPENPGP_CONFIG).replaceAll('\r\n', '\n'),
  };
}
