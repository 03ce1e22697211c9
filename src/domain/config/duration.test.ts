import fc from 'fast-check';
import { expect, test } from 'vitest';
import { durationMs, printDuration } from './duration.ts';

test('durations are read in their unit', () => {
  expect(['30s', '5m', '2h', '7d'].map(durationMs)).toEqual([30_000, 300_000, 7_200_000, 604_800_000]);
});

test.each(['0m', '1.5h', '-1s', '30', '30 m', 'm', '1w', '', '12345678s'])('%j is none', (text) => {
  expect(durationMs(text)).toBeUndefined();
});

test('a duration is printed as one that reads the same', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 999_999 }), fc.constantFrom('s', 'm', 'h', 'd'), (count, unit) => {
      const ms = durationMs(`${count}${unit}`) ?? 0;
      expect(durationMs(printDuration(ms))).toBe(ms);
    }),
  );
});
