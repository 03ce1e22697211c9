import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isBelow, parsePath, printPath } from './key-path.ts';

describe('key paths', () => {
  test.each([
    ['agents.windows.timeout', ['agents', 'windows', 'timeout']],
    ['steps[2].with.keep', ['steps', 2, 'with', 'keep']],
    ['packages.deb.with.files."app/hello.sh"', ['packages', 'deb', 'with', 'files', 'app/hello.sh']],
    ['', []],
  ])('%s', (text, path) => {
    expect(parsePath(text)).toEqual(path);
    expect(printPath(path)).toBe(text);
  });

  test('any path that is printed is read again as the same', () => {
    const part = fc.oneof(fc.string({ minLength: 1 }), fc.nat(1000));
    const path = fc.tuple(fc.string({ minLength: 1 }), fc.array(part)).map(([first, rest]) => [first, ...rest]);
    fc.assert(
      fc.property(path, (written) => {
        expect(parsePath(printPath(written))).toEqual(written);
      }),
    );
  });

  test.each(['.', 'a..b', '.a', 'a b', 'a[', 'a."b', 'a."\\q"'])('%s is none', (text) => {
    expect(parsePath(text)).toBeUndefined();
  });

  test('a key lies below itself and those above, and not below one that only begins alike', () => {
    expect(isBelow(['agents', 'a', 'b'], ['agents', 'a'])).toBe(true);
    expect(isBelow(['agents'], ['agents'])).toBe(true);
    expect(isBelow(['agents-x'], ['agents'])).toBe(false);
  });
});
