import { EXIT } from '../../kernel/exit-code.ts';
import { SlipwayError } from '../../kernel/slipway-error.ts';

/** Why a signing key cannot be used. `detail` continues the sentence, with the numbers. */
export interface SigningKeyProblem {
  readonly reason: keyof typeof REMEDIES;
  readonly detail: string;
}

const EXPORT = 'gpg --armor --export-secret-keys FINGERPRINT';

const REMEDIES = {
  'not-found': 'Name a key that exists: look with "gpg --list-secret-keys".',
  empty: `Put the armoured private key there: ${EXPORT}`,
  'public-key': `Only the private key can sign. Export that one: ${EXPORT}`,
  'other-kind': `Releases are signed with OpenPGP keys. Export an armoured private key: ${EXPORT}`,
  damaged: `Export the key again, whole and armoured: ${EXPORT}`,
  'several-keys': 'Leave one private key in the file, or give each key a file and a signing entry of its own.',
  'passphrase-missing': 'Name where the passphrase is: signing.NAME.passphrase: "env:VARIABLE" or "file:PATH".',
  'passphrase-wrong': 'Correct the value that the passphrase reference names. Nothing was signed.',
  'agent-locked':
    'Unlock it for the agent beforehand (gpg-preset-passphrase, or sign once by hand), or take a key without a passphrase.',
  'no-secret-part':
    'The file holds a stub of a key that lies elsewhere (a card, another machine). Use signing.NAME.agent.',
  'cannot-sign': 'Use a key, or add a subkey, whose use is signing.',
  'too-weak': 'Make a new key (Ed25519, or RSA with 3072 bits or more) and announce it to users before you switch.',
  unsupported: 'Make an Ed25519 (version 4) or RSA-3072 key; gpg 2.2 makes both.',
  revoked: 'Use the key that replaced it.',
  'not-yet-valid': 'Compare the clock of this machine with the one the key was made on.',
  expired:
    'Extend it with "gpg --quick-set-expire FINGERPRINT 2y", export it again, and give users the new public key.',
  'not-ours': 'Name the fingerprint of the key that users pin.',
} as const;

/**
 * A signing key of the config cannot be used: missing, empty, a public key, a key of another kind, damaged, locked with another
 * passphrase, too weak, revoked or expired. The message names the signing entry and what is wrong with its key.
 * Nothing has been signed or written; correct the key or its reference and run the same command again.
 */
export class SigningKeyError extends SlipwayError {
  readonly code = 'SLIP_SIGNING_KEY';
  override readonly exitCode = EXIT.usage;
  readonly reason: SigningKeyProblem['reason'];

  /** `where` names the entry, never the key: `signing.gpg (file:/etc/slipway/release-key.asc)`. */
  constructor(where: string, problem: SigningKeyProblem, options?: ErrorOptions) {
    super(`The key of ${where} cannot sign: ${problem.detail}.`, REMEDIES[problem.reason], options);
    this.reason = problem.reason;
  }
}
