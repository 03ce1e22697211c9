import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { editDistance, nearestKey, suggest } from './nearest-key.ts';

const word = fc.string({ unit: fc.constantFrom(...'abcdefgh-'), minLength: 1, maxLength: 12 });

/** The definition itself, slow and plain: optimal string alignment. */
function plainDistance(a: string, b: string): number {
  if (a === '' || b === '') return a.length + b.length;
  const [headA, headB] = [a.at(-1), b.at(-1)];
  const [restA, restB] = [a.slice(0, -1), b.slice(0, -1)];
  const swap = a.length > 1 && b.length > 1 && headA === b.at(-2) && a.at(-2) === headB;
  return Math.min(
    plainDistance(restA, b) + 1,
    plainDistance(a, restB) + 1,
    plainDistance(restA, restB) + (headA === headB ? 0 : 1),
    ...(swap ? [plainDistance(a.slice(0, -2), b.slice(0, -2)) + 1] : []),
  );
}

describe('the nearest legal key', () => {
  test.each([
    ['timout', ['timeout', 'startTimeout', 'retry'], 'timeout'],
    ['tiemout', ['timeout', 'retry'], 'timeout'],
    ['Timeout', ['timeout'], 'timeout'],
    ['chanel', ['channel', 'channels'], 'channel'],
    ['verson', ['version', 'versions'], 'version'],
    ['dependencies', ['depends', 'description'], undefined],
    ['ab', ['xy'], undefined],
    ['zzz', ['aaa', 'zz'], 'zz'],
    ['repositorys', ['repositories'], 'repositories'],
    ['repo', ['repositories'], undefined],
  ])('%s among %j is %s', (written, legal, nearest) => {
    expect(nearestKey(written, legal)).toBe(nearest);
  });

  test('the distance is that of the definition, the same both ways, zero only for equals', () => {
    const short = fc.string({ unit: fc.constantFrom(...'abc'), maxLength: 5 });
    fc.assert(
      fc.property(short, short, (a, b) => {
        expect(editDistance(a, b)).toBe(plainDistance(a, b));
        expect(editDistance(b, a)).toBe(editDistance(a, b));
        expect(editDistance(a, b) === 0).toBe(a === b);
      }),
    );
  });

  test('what is suggested is legal, near enough, and none is nearer', () => {
    fc.assert(
      fc.property(word, fc.array(word, { maxLength: 8 }), (written, legal) => {
        const near = nearestKey(written, legal);
        const limit = written.length >= 8 ? 3 : 2;
        if (near === undefined) return;
        expect(legal).toContain(near);
        expect(editDistance(written, near)).toBeLessThanOrEqual(limit);
        for (const other of legal) {
          const distance = editDistance(written, other);
          // A word without a letter in common is no candidate, however short it is.
          if (distance < Math.max(written.length, other.length))
            expect(distance).toBeGreaterThanOrEqual(editDistance(written, near));
        }
      }),
    );
  });

  test('a key with one slip is always found again', () => {
    const keys = ['timeout', 'startTimeout', 'repositories', 'passphrase', 'channels'];
    fc.assert(
      fc.property(fc.constantFrom(...keys), fc.nat(), fc.constantFrom(...'xyz'), (key, at, letter) => {
        const cut = at % key.length;
        const slipped = key.slice(0, cut) + letter + key.slice(cut + 1);
        expect(nearestKey(slipped, keys)).toBe(key);
        expect(nearestKey(key.slice(0, cut) + key.slice(cut + 1), keys)).toBe(key);
      }),
    );
  });

  test('without one, the whole choice is listed in order', () => {
    expect(suggest('zzzzz', ['b', 'a'])).toBe('Write one of: a, b.');
    expect(suggest('x', [])).toBe('Remove it.');
  });
});
