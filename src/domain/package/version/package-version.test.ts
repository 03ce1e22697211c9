import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareDebVersions, parseDebVersion } from './deb-version.ts';
import { compareLineVersions, parseLineVersion } from './line-version.ts';
import { packageVersion, plannedPackageVersion } from './package-version.ts';

const numbers = fc.array(fc.constantFrom('0', '1', '2', '9', '10', '007', '289'), { minLength: 1, maxLength: 4 });
const suffix = fc.constantFrom('rc1', 'rc2', 'rc10', 'RC1', 'alpha', 'beta', 'beta.2', 'rc', 'rc.1', 'rc1a', 'M3');
const lineVersion = fc
  .tuple(numbers, fc.option(suffix))
  .map(([fields, end]) => `${fields.join('.')}${end === null ? '' : `-${end}`}`);

describe('a line and its Debian packages', () => {
  test('agree about which of two versions is newer, whatever the suffix', () => {
    fc.assert(
      fc.property(lineVersion, lineVersion, (a, b) => {
        const debian = compareDebVersions(packageVersion('deb', a, 1), packageVersion('deb', b, 1));
        expect(Math.sign(compareLineVersions(a, b))).toBe(Math.sign(debian));
      }),
      { numRuns: 5000 },
    );
  });

  test('agree that a later revision is newer, and that the next version is newer than any revision', () => {
    fc.assert(
      fc.property(lineVersion, lineVersion, fc.integer({ min: 1, max: 20 }), (a, b, revision) => {
        const now = packageVersion('deb', a, revision);
        expect(compareDebVersions(now, packageVersion('deb', a, revision + 1))).toBeLessThan(0);
        if (compareLineVersions(a, b) < 0) expect(compareDebVersions(now, packageVersion('deb', b, 1))).toBeLessThan(0);
      }),
    );
  });

  test('the order of a line is an order: it can sort', () => {
    fc.assert(
      fc.property(lineVersion, lineVersion, lineVersion, (a, b, c) => {
        expect(Math.sign(compareLineVersions(a, b))).toBe(-Math.sign(compareLineVersions(b, a)) + 0);
        if (compareLineVersions(a, b) <= 0 && compareLineVersions(b, c) <= 0)
          expect(compareLineVersions(a, c)).toBeLessThanOrEqual(0);
      }),
    );
  });
});

describe('versions of packages', () => {
  test.each([
    ['deb', '2.294', 1, '2.294'],
    ['deb', '2.0-rc1', 1, '2.0~rc1'],
    ['deb', '2.0-rc1', 2, '2.0~rc1-2'],
    ['deb', '1.0', 2, '1.0-2'],
    ['tar', '2.0-rc1', 1, '2.0-rc1'],
    ['zip', '1.0', 3, '1.0-3'],
    ['files', '1.0', 2, '1.0-2'],
  ] as const)('%s of %s, revision %d, is %s', (format, version, revision, expected) => {
    expect(packageVersion(format, version, revision)).toBe(expected);
  });

  test('a version asked for in the config is taken as it is, and a later revision of it is still greater', () => {
    const first = plannedPackageVersion('deb', { version: '2.0', revision: 1 }, '1:2.0-1');
    const second = plannedPackageVersion('deb', { version: '2.0', revision: 2 }, '1:2.0-1');
    expect([first, second]).toEqual(['1:2.0-1', '1:2.0-1.2']);
    expect(compareDebVersions(first, second)).toBeLessThan(0);
    expect(plannedPackageVersion('deb', { version: '2.0', revision: 2 }, '1:2.0')).toBe('1:2.0-2');
    expect(plannedPackageVersion('tar', { version: '2.0', revision: 2 }, 'nightly')).toBe('nightly-2');
    expect(plannedPackageVersion('deb', { version: '2.0-rc1', revision: 1 })).toBe('2.0~rc1');
  });

  test.each([
    ['', 'empty'],
    ['v2.0', '"v"'],
    ['2.0-1', 'revision'],
    ['2..0', 'missing or in the wrong place'],
    ['2.0-', 'missing or in the wrong place'],
    ['2.0 rc1', '" "'],
    ['2.0~rc1', '"~"'],
    ['2.0\n', '"\\n"'],
    [`${'1.'.repeat(40)}1`, '81 characters'],
  ])('%j is no version of a line, and the message says why', (text, why) => {
    expect(() => parseLineVersion(text)).toThrow(why);
  });

  test('what is mapped is always a valid Debian version', () => {
    fc.assert(fc.property(lineVersion, (text) => void parseDebVersion(packageVersion('deb', text, 2))));
  });
});
