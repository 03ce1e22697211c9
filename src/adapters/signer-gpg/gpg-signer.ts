import { toClearSignable } from '../../domain/signing/clear-signed-text.ts';
import { describeKeyPart, signingKeyProblem } from '../../domain/signing/key-policy.ts';
import { SignatureUnverifiedError } from '../../domain/signing/signature-error.ts';
import { SigningKeyError, type SigningKeyProblem } from '../../domain/signing/signing-key-error.ts';
import type { Instant } from '../../kernel/instant.ts';
import type { Clock } from '../../ports/clock.ts';
import type { SignatureVerifier, Verdict } from '../../ports/signature-verifier.ts';
import type { Signer, SigningKey } from '../../ports/signer.ts';
import { borrowAgent } from './borrow-agent.ts';
import { type ListedKey, parseKeyListing } from './parse-key-listing.ts';
import { type GpgHomeSettings, type GpgResult, runGpg } from './run-gpg.ts';
import { SignerFailedError } from './signer-failed-error.ts';

export interface GpgSignerOptions {
  /** Key of the config: `gpg` of `signing.gpg`. */
  readonly name: string;
  /** Of the primary key, as users pin it; blanks and small letters are fine. */
  readonly fingerprint: string;
  /** gpg's own default when absent. */
  readonly home?: string;
  readonly clock: Clock;
  /** Checks what gpg has signed with an implementation of its own. */
  readonly verifier: SignatureVerifier;
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 60_000;

/** No questions, no options of the user's file: the same signature on every machine. */
const ALWAYS = ['--batch', '--no-tty', '--no-options', '--pinentry-mode', 'loopback'];

/** Signs with gpg and a key in its agent, on a card or in an HSM. The key never comes near this process. */
export class GpgSigner implements Signer {
  readonly #options: GpgSignerOptions;
  readonly #fingerprint: string;
  readonly #gpg: GpgHomeSettings;

  constructor(options: GpgSignerOptions) {
    this.#options = options;
    this.#fingerprint = options.fingerprint.replace(/\s/g, '').toUpperCase();
    this.#gpg = {
      where: `signing.${options.name} (agent ${this.#fingerprint})`,
      home: options.home,
      timeoutMs: options.timeoutMs ?? TIMEOUT_MS,
    };
  }

  describe(): Promise<SigningKey> {
    return borrowAgent(this.#gpg, () => this.#describe(this.#options.clock.now()));
  }

  clearSign(text: string, date: Instant): Promise<string> {
    const signable = toClearSignable(text);
    return this.#sign(['--clear-sign'], `${signable}\n`, date, (signed, publicKey) =>
      this.#options.verifier.verifyClear(signed, publicKey, date),
    );
  }

  detachSign(bytes: Uint8Array, date: Instant): Promise<string> {
    return this.#sign(['--armor', '--detach-sign'], bytes, date, (signature, publicKey) =>
      this.#options.verifier.verifyDetached(bytes, signature, publicKey, date),
    );
  }

  #sign(
    how: readonly string[],
    input: Uint8Array | string,
    date: Instant,
    verify: (signed: string, publicKey: string) => Promise<Verdict>,
  ): Promise<string> {
    return borrowAgent(this.#gpg, async () => {
      const key = await this.#describe(date);
      const result = await runGpg(this.#gpg, 'gpg', [...ALWAYS, ...signingArguments(key, date), ...how], input);
      if (result.exitCode !== 0) throw this.#explain(result);
      const signed = result.output.toString();
      const verdict = await verify(signed, key.publicKey);
      if (!verdict.good) throw new SignatureUnverifiedError(this.#gpg.where, key.fingerprint, verdict.why);
      return signed;
    });
  }

  async #describe(at: Instant): Promise<SigningKey> {
    const listed = await this.#list();
    const problem = keyProblem(listed, this.#fingerprint) ?? signingKeyProblem(listed.facts, at);
    if (problem) throw new SigningKeyError(this.#gpg.where, problem);
    const { facts } = listed;
    const exported = await runGpg(this.#gpg, 'gpg', [...ALWAYS, '--armor', '--export', facts.fingerprint]);
    if (exported.exitCode !== 0) throw this.#explain(exported);
    const signing = facts.parts.at(-1);
    return {
      fingerprint: facts.fingerprint,
      userId: facts.userId,
      algorithm: signing ? describeKeyPart(signing) : '',
      createdAt: facts.createdAt,
      expiresAt: facts.expiresAt,
      publicKey: exported.output.toString(),
    };
  }

  async #list(): Promise<ListedKey> {
    const fail = (problem: SigningKeyProblem) => new SigningKeyError(this.#gpg.where, problem);
    if (!/^[0-9A-F]{40}$/.test(this.#fingerprint))
      throw fail({ reason: 'not-found', detail: `"${this.#fingerprint}" is not a fingerprint of 40 hex digits` });
    const listing = ['--with-colons', '--fixed-list-mode', '--list-secret-keys', this.#fingerprint];
    const { exitCode, output, said } = await runGpg(this.#gpg, 'gpg', [...ALWAYS, ...listing]);
    const listed = exitCode === 0 ? parseKeyListing(output.toString()) : undefined;
    if (listed) return listed;
    const words = lastWords(said);
    throw fail({ reason: 'not-found', detail: `gpg has no such secret key${words === '' ? '' : ` (${words})`}` });
  }

  #explain({ exitCode, said }: GpgResult): Error {
    if (/batchmode - can't get input|No passphrase given|NEED_PASSPHRASE|pinentry/i.test(said))
      return new SigningKeyError(this.#gpg.where, {
        reason: 'agent-locked',
        detail: `its passphrase is not in the agent's memory (${lastWords(said)})`,
      });
    return new SignerFailedError(this.#gpg.where, `gpg exited with ${exitCode}: ${lastWords(said)}`);
  }
}

function keyProblem({ facts, canSign, isStub }: ListedKey, fingerprint: string): SigningKeyProblem | undefined {
  if (facts.fingerprint !== fingerprint)
    return { reason: 'not-ours', detail: `that is a subkey; the key that users pin is ${facts.fingerprint}` };
  if (!canSign) return { reason: 'cannot-sign', detail: 'no part of it can sign' };
  if (isStub) return { reason: 'no-secret-part', detail: 'the part that signs is a stub without its secret' };
  return undefined;
}

/** gpg's clock stands still at `date` (`!`), so the same text gives the same bytes with RSA and EdDSA. */
const signingArguments = (key: SigningKey, date: Instant): readonly string[] => [
  '--faked-system-time',
  `${Math.floor(date / 1000)}!`,
  '--digest-algo',
  'SHA512',
  '--local-user',
  key.fingerprint,
];

/** What gpg told people, without its status lines, on one line. */
const lastWords = (said: string): string =>
  said
    .split('\n')
    .filter((line) => line !== '' && !/^\[GNUPG:\]|faked system time/.test(line))
    .slice(-3)
    .map((line) => line.replace(/^gpg: /, ''))
    .join('; ');
