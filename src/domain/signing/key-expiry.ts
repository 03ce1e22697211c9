import { EXIT } from '../../kernel/exit-code.ts';
import { formatInstant, type Instant } from '../../kernel/instant.ts';
import { SlipwayError } from '../../kernel/slipway-error.ts';

const DAY_MS = 86_400_000;

/** Users need the next public key well before the old one ends: first a warning, then an error. */
export const KEY_EXPIRY_WARNING_DAYS = 60;
export const KEY_EXPIRY_ERROR_DAYS = 14;

export type KeyExpiry =
  | { readonly severity: 'none' }
  /** `daysLeft` is rounded down: 0 is the last day, negative has ended. */
  | { readonly severity: 'warning' | 'error'; readonly daysLeft: number; readonly says: string };

/** How urgent a key's end is: within 60 days a warning, within 14 days, or past it, an error. A key without end never is. */
export function classifyKeyExpiry(
  key: { readonly fingerprint: string; readonly expiresAt: Instant | null },
  now: Instant,
): KeyExpiry {
  if (key.expiresAt === null) return { severity: 'none' };
  const leftMs = key.expiresAt - now;
  if (leftMs > KEY_EXPIRY_WARNING_DAYS * DAY_MS) return { severity: 'none' };
  const daysLeft = Math.floor(leftMs / DAY_MS);
  const when = leftMs <= 0 ? 'expired' : `expires in ${daysLeft === 1 ? '1 day' : `${daysLeft} days`}`;
  return {
    severity: leftMs <= KEY_EXPIRY_ERROR_DAYS * DAY_MS ? 'error' : 'warning',
    daysLeft,
    says: `Signing key ${key.fingerprint} ${when} (${formatInstant(key.expiresAt)}).`,
  };
}

/**
 * `plan` found a signing key that ends before its indexes are out of use: the promotion plus the time old generations are kept.
 * Clients would refuse a signature that is still being served. Extend the key (same fingerprint), give users the new public
 * key, then plan again. Nothing has been allocated.
 */
export class KeyEndsTooSoonError extends SlipwayError {
  readonly code = 'SLIP_SIGNING_KEY_ENDS';
  override readonly exitCode = EXIT.refused;

  constructor(signing: string, fingerprint: string, expiresAt: Instant, neededUntil: Instant) {
    super(
      `Key ${fingerprint} of signing.${signing} ends at ${formatInstant(expiresAt)}, but its signatures are in use until ${formatInstant(neededUntil)} (promotion and keep).`,
      'Extend it with "gpg --quick-set-expire FINGERPRINT 2y", put the exported key where the config names it, and plan again.',
    );
  }
}

/** @throws {KeyEndsTooSoonError} the key ends before `promoteAt` + `keepMs`. */
export function requireKeyOutlives(
  signing: string,
  key: { readonly fingerprint: string; readonly expiresAt: Instant | null },
  use: { readonly promoteAt: Instant; readonly keepMs: number },
): void {
  const neededUntil = (use.promoteAt + use.keepMs) as Instant;
  if (key.expiresAt !== null && key.expiresAt < neededUntil)
    throw new KeyEndsTooSoonError(signing, key.fingerprint, key.expiresAt, neededUntil);
}
