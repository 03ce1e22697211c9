import { execFile } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hasProgram } from '../../../../test/support/has-program.ts';
import { compareDebVersions, formatDebVersion, parseDebVersion } from './deb-version.ts';

const HAS_DPKG = hasProgram('dpkg', "our order of versions against dpkg's");

// Few characters and short parts, so that pairs often differ late, in a tilde, a leading zero or a revision.
const part = fc
  .array(fc.constantFrom('0', '1', '9', '10', '01', 'a', 'Z', 'rc', '.', '+', '~'), { minLength: 0, maxLength: 5 })
  .map((pieces) => pieces.join(''));
const upstream = fc.tuple(fc.constantFrom('0', '1', '2', '10'), part).map((pieces) => pieces.join(''));
const version = fc
  .tuple(fc.option(fc.constantFrom('0', '1', '2')), upstream, fc.option(part.filter((text) => text !== '')))
  .map(([epoch, up, rev]) => `${epoch === null ? '' : `${epoch}:`}${up}${rev === null ? '' : `-${rev}`}`);
/** Mostly neighbours: the same version with a little more or less at its end. */
const pair = fc.oneof(
  fc.tuple(version, version),
  fc.tuple(version, fc.constantFrom('~', '0', '.1', 'a', '+', '~rc1', '00')).map(([v, more]) => [v, v + more] as const),
);

function dpkgDisagreements(pairs: readonly (readonly [string, string])[]): Promise<string> {
  const script = `while read -r a rel b; do dpkg --compare-versions "$a" "$rel" "$b" || echo "$a $rel $b"; done`;
  return new Promise((resolve, reject) => {
    const shell = execFile('sh', ['-c', script], (error, stdout) => (error ? reject(error) : resolve(stdout)));
    const lines = pairs.map(([a, b]) => {
      const difference = compareDebVersions(a, b);
      return `${a} ${difference < 0 ? 'lt' : difference > 0 ? 'gt' : 'eq'} ${b}\n`;
    });
    shell.stdin?.end(lines.join(''));
  });
}

describe('Debian versions', () => {
  test.skipIf(!HAS_DPKG)(
    'compare as dpkg compares them, on 10,000 generated pairs',
    async () => {
      const pairs = fc.sample(pair, { numRuns: 10_000, seed: 5612 });
      const halves = await Promise.all([dpkgDisagreements(pairs.slice(0, 5000)), dpkgDisagreements(pairs.slice(5000))]);
      expect(halves.join('')).toBe('');
    },
    60_000,
  );

  // The examples of Debian Policy 5.6.12, and those that went wrong in other tools.
  test.each([
    ['~~', '~~a'],
    ['~~a', '~'],
    ['~', ''],
    ['', 'a'],
  ])('the text "1%s" sorts before "1%s"', (a, b) => {
    expect(compareDebVersions(`1${a}`, `1${b}`)).toBeLessThan(0);
  });

  test.each([
    ['1.0~rc1', '1.0'],
    ['1.0', '1.0-2'],
    ['1.0-9', '1.0-10'],
    ['9:1', '10:0'],
    ['1.0', '1:0.1'],
    ['1.a', '1.+'],
    ['1.9', '1.10'],
    ['20240101000000000000000000000000000000000001', '20240101000000000000000000000000000000000002'],
  ])('%s is older than %s', (older, newer) => {
    expect(compareDebVersions(older, newer)).toBeLessThan(0);
    expect(compareDebVersions(newer, older)).toBeGreaterThan(0);
  });

  test.each([
    ['1.0', '0:1.0'],
    ['1.0', '1.0-0'],
    ['1.01', '1.1'],
  ])('%s and %s are the same version', (a, b) => {
    expect(compareDebVersions(a, b)).toBe(0);
  });

  test('the last hyphen begins the revision, the first colon ends the epoch', () => {
    expect(parseDebVersion('1:2.0-3:4-5')).toEqual({ epoch: 1, upstream: '2.0-3:4', revision: '5' });
    expect(formatDebVersion({ epoch: 1, upstream: '2.0-3:4', revision: '5' })).toBe('1:2.0-3:4-5');
  });

  test.each([
    ['', 'empty'],
    ['v1.0', 'digit'],
    ['a:1.0', 'epoch'],
    ['99999999999:1', 'epoch'],
    ['2147483648:1', 'epoch'],
    ['1.0_1', '"_"'],
    ['1.0-', 'hyphen'],
    ['1.0 ', '" "'],
    ['1.0\n', '"\\n"'],
    ['1:', 'empty'],
    ['1.0-1_2', '"_"'],
    ['9'.repeat(201), '201'],
  ])('%j is refused, and the message says why', (text, why) => {
    expect(() => parseDebVersion(text)).toThrow(why);
  });
});
