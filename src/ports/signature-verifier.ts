import type { Instant } from '../kernel/instant.ts';

/** One signature that holds: who made it and when. */
export interface GoodSignature {
  /** Primary key, 40 upper-case hex digits. */
  readonly fingerprint: string;
  readonly madeAt: Instant;
}

export type Verdict<Extra = unknown> =
  | ({ readonly good: true; readonly signature: GoodSignature } & Extra)
  /** `why` continues a sentence: `it is signed by 0123..., which is not pinned`. */
  | { readonly good: false; readonly why: string };

/**
 * Checks OpenPGP signatures against pinned public keys. A bad signature is news, not an error, so it comes back as a value.
 * Good means: one signature by a pinned key (by each, when several are pinned and have signed), made by then, and neither key nor
 * signature had ended at `at`. Signatures by keys that are not pinned count for nothing.
 */
export interface SignatureVerifier {
  /** Cleartext-signed text. `text` is what was signed, and the only thing to read fields from. Text around the message is refused. */
  verifyClear(message: string, publicKeys: string, at: Instant): Promise<Verdict<{ readonly text: string }>>;
  verifyDetached(bytes: Uint8Array, signature: string | Uint8Array, publicKeys: string, at: Instant): Promise<Verdict>;
}
