import fc from 'fast-check';
import { expect, test } from 'vitest';
import { latestFolder } from './latest-folder.ts';

const of = (...versions: readonly string[]) =>
  versions.map((text) => {
    const [version = '', revision = '1'] = text.split('-r');
    return { version, revision: Number(revision) };
  });

test('latest names the greatest version in the order of a line, not the last one that came', () => {
  expect(latestFolder(of('2.294', '2.289.1'))).toBe('2.294');
  expect(latestFolder(of('1.9', '1.10'))).toBe('1.10');
  expect(latestFolder(of('2.0', '2.0-rc1'))).toBe('2.0');
  expect(latestFolder(of('1.1', '1.2', '1.2-r2'))).toBe('1.2-2');
  expect(latestFolder([])).toBeUndefined();
});

test('whatever order they came in, it is the same', () => {
  const versions = ['1.1', '1.2', '1.10', '2.289.1', '2.294', '0.9'];
  fc.assert(
    fc.property(fc.shuffledSubarray(versions, { minLength: versions.length }), (shuffled) => {
      expect(latestFolder(of(...shuffled))).toBe('2.294');
    }),
  );
});
