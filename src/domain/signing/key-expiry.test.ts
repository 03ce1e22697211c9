import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Instant, toInstant } from '../../kernel/instant.ts';
import { classifyKeyExpiry, KeyEndsTooSoonError, requireKeyOutlives } from './key-expiry.ts';

const DAY_MS = 86_400_000;
const NOW = toInstant(Date.parse('2026-11-22T22:00:00Z'));
const fingerprint = 'A'.repeat(40);
const endingIn = (days: number) => ({ fingerprint, expiresAt: toInstant(NOW + days * DAY_MS) });

describe('how urgent the end of a key is', () => {
  test.each([
    [61, 'none'],
    [60.001, 'none'],
    [60, 'warning'],
    [15, 'warning'],
    [14.001, 'warning'],
    [14, 'error'],
    [0.5, 'error'],
    [0, 'error'],
    [-3, 'error'],
  ])('a key that ends in %d days: %s', (days, severity) => {
    expect(classifyKeyExpiry(endingIn(days), NOW).severity).toBe(severity);
  });

  test('a key without an end is never urgent', () => {
    expect(classifyKeyExpiry({ fingerprint, expiresAt: null }, NOW)).toEqual({ severity: 'none' });
  });

  test('people read how many days are left', () => {
    const says = (days: number) => (classifyKeyExpiry(endingIn(days), NOW) as { says: string }).says;
    expect(says(30.5)).toBe(`Signing key ${fingerprint} expires in 30 days (2026-12-23T10:00:00.000Z).`);
    expect(says(1)).toContain('expires in 1 day ');
    expect(says(-1)).toContain('expired (');
  });

  test('it never becomes less urgent as time goes by', () => {
    const rank = { none: 0, warning: 1, error: 2 };
    fc.assert(
      fc.property(fc.integer({ min: -100, max: 100 }), fc.nat(200), (days, later) => {
        const before = classifyKeyExpiry(endingIn(days), NOW).severity;
        const after = classifyKeyExpiry(endingIn(days), (NOW + later * DAY_MS) as Instant).severity;
        expect(rank[after]).toBeGreaterThanOrEqual(rank[before]);
      }),
    );
  });
});

describe('a plan needs a key that outlives its signatures', () => {
  const use = { promoteAt: NOW, keepMs: 7 * DAY_MS };

  test('one that ends before promotion and keep is refused, with both times', () => {
    expect(() => requireKeyOutlives('gpg', endingIn(6.9), use)).toThrow(KeyEndsTooSoonError);
    try {
      requireKeyOutlives('gpg', endingIn(6), use);
      expect.unreachable();
    } catch (error) {
      expect(error).toMatchObject({
        code: 'SLIP_SIGNING_KEY_ENDS',
        exitCode: 6,
        message: expect.stringMatching(/signing\.gpg ends at 2026-11-28T22.*in use until 2026-11-29T22/),
      });
    }
  });

  test('one that ends at that very moment, later, or never is taken', () => {
    requireKeyOutlives('gpg', endingIn(7), use);
    requireKeyOutlives('gpg', endingIn(700), use);
    requireKeyOutlives('gpg', { fingerprint, expiresAt: null }, use);
  });
});
