import type { Instant } from '../kernel/instant.ts';

export interface SigningKey {
  /** 40 upper-case hex digits. */
  readonly fingerprint: string;
  readonly userId: string;
  readonly algorithm: string;
  readonly createdAt: Instant;
  readonly expiresAt: Instant | null;
  /** Armoured public key. */
  readonly publicKey: string;
}

/** Makes OpenPGP signatures. Each is verified with the public key before it is returned. */
export interface Signer {
  /** @throws {SigningKeyError} missing, wrong passphrase, expired, too weak, not a signing key. */
  describe(): Promise<SigningKey>;
  /** Cleartext-signed text (InRelease). `date` makes the same bytes twice where the adapter can. */
  clearSign(text: string, date: Instant): Promise<string>;
  /** Armoured detached signature. */
  detachSign(bytes: Uint8Array, date: Instant): Promise<string>;
}
