import { describe, expect, test } from 'vitest';
import { compileOutputPattern } from './output-pattern.ts';

describe('an output pattern', () => {
  test.each([
    ['*.deb', 'a.deb', true],
    ['*.deb', 'out/a.deb', false],
    ['out/*.deb', 'out/a.deb', true],
    ['out/*.deb', 'out/deep/a.deb', false],
    ['out/**', 'out/deep/a.deb', true],
    ['**/*.{deb,rpm}', 'a/b/c.rpm', true],
    ['**/*.deb', 'a.deb', true],
    ['app-?.[0-9].tar', 'app-x.4.tar', true],
    ['./out//a.deb', 'out/a.deb', true],
    ['out/a.deb', 'out/a.deb', true],
    ['*', '.hidden', false],
    ['.hidden', '.hidden', true],
    ['!a.deb', 'b.deb', false],
    ['!a.deb', '!a.deb', true],
    ['*.deb', 'two\nlines.deb', true], // so that its name can be refused
    ['*.DEB', 'a.deb', false],
  ])('%s against %s: %s', (text, path, expected) => {
    expect(compileOutputPattern(text).matches(path)).toBe(expected);
  });

  test.each([
    ['out/*.deb', 'out'],
    ['a/b/c/*.deb', 'a/b/c'],
    ['a/b.deb', 'a'],
    ['a.deb', ''],
    ['**/a', ''],
    ['{a,b}/c/*.deb', ''],
    ['a/{b,c}/d.deb', 'a'],
  ])('%s is looked for below "%s"', (text, base) => {
    expect(compileOutputPattern(text).base).toBe(base);
  });

  test.each(['', '/', '.', '/a', '..', '../a', 'a/../b', 'a/..', '{a,../b}', '@(a|..)/b'])('%j is refused', (text) => {
    expect(() => compileOutputPattern(text)).toThrow(expect.objectContaining({ code: 'SLIP_OUTPUT_OUTSIDE' }));
  });
});
