import { SlipwayError } from '../../kernel/slipway-error.ts';

/**
 * A signature was made, but it does not verify with the public key that users have, so it was thrown away and nothing was
 * published. Most often an agent or command signs with another key than the config names. Compare the fingerprints and correct
 * `signing`; then resume.
 */
export class SignatureUnverifiedError extends SlipwayError {
  readonly code = 'SLIP_SIGNATURE_UNVERIFIED';

  constructor(where: string, fingerprint: string, why: string, options?: ErrorOptions) {
    super(
      `The signature that ${where} made does not verify with key ${fingerprint}: ${why}.`,
      'Look which key that signer really uses, and name its fingerprint in the config.',
      options,
    );
  }
}
