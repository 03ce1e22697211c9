import { expect, test } from 'vitest';
import { formatDuration } from './format-duration.ts';

test.each([
  [-5, '0s'],
  [0, '0s'],
  [40, '0s'],
  [440, '0.4s'],
  [9_940, '9.9s'],
  [9_999, '10s'],
  [59_600, '1m'],
  [61_000, '1m 1s'],
  [1_800_000, '30m'],
  [3_600_000, '1h'],
  [3_605_000, '1h'],
  [9_000_000, '2h 30m'],
  [90_061_000, '1d 1h'],
])('%i ms are %s for people', (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
});
