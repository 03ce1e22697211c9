import { SlipwayError } from '../../kernel/slipway-error.ts';

/**
 * The program that holds the signing key did not sign: gpg is not installed, it did not answer in time, or it gave up. Its own words
 * are in the message. Nothing was published. Try the same by hand (`echo test | gpg --clearsign -u FINGERPRINT`), then resume.
 */
export class SignerFailedError extends SlipwayError {
  readonly code = 'SLIP_SIGNER_FAILED';

  constructor(where: string, happened: string, options?: ErrorOptions & { readonly remedy?: string }) {
    const remedy = 'Try it by hand: echo test | gpg --clearsign -u FINGERPRINT. Then run "slipway resume".';
    super(`${where} did not sign: ${happened}.`, options?.remedy ?? remedy, options);
  }
}
