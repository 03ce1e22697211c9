import { expect, test } from 'vitest';
import { toInstant } from '../../kernel/instant.ts';
import { SystemRandom } from '../system-random/system-random.ts';
import { SystemClock } from './system-clock.ts';

const clock = new SystemClock();

test('the clock tells whole milliseconds since 1970', () => {
  const before = Date.now();
  const now = clock.now();
  expect(now).toBeGreaterThanOrEqual(before);
  expect(now).toBeLessThanOrEqual(Date.now());
  expect(Number.isInteger(now)).toBe(true);
});

test('it wakes when the moment has come, not before', async () => {
  const at = toInstant(clock.now() + 30);
  await clock.sleepUntil(at);
  expect(clock.now()).toBeGreaterThanOrEqual(at);
});

test('a moment that has passed is not waited for, and an abort ends any wait at once', async () => {
  await clock.sleepUntil(toInstant(0));
  const stop = new AbortController();
  const sleeping = Promise.all([
    clock.sleepUntil(toInstant(clock.now() + 1e9), stop.signal),
    clock.sleepUntil(toInstant(Number.MAX_SAFE_INTEGER), stop.signal),
  ]);
  stop.abort();
  await sleeping;
  await clock.sleepUntil(toInstant(clock.now() + 1e9), stop.signal);
});

test('random ids are hexadecimal and do not repeat; fractions lie in [0, 1)', () => {
  const random = new SystemRandom();
  const ids = new Set(Array.from({ length: 100 }, () => random.hex(16)));
  expect(ids.size).toBe(100);
  for (const id of ids) expect(id).toMatch(/^[0-9a-f]{32}$/);
  const fractions = Array.from({ length: 1000 }, () => random.fraction());
  expect(Math.min(...fractions)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...fractions)).toBeLessThan(1);
  expect(Math.max(...fractions) - Math.min(...fractions)).toBeGreaterThan(0.5);
});
