import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Sha256 } from '../../kernel/ids.ts';
import { formatTree, makeTree, parseTree, type TreeEntry } from './tree.ts';

const sha256 = 'a'.repeat(64) as Sha256;
const file = (path: string, mode: 0o644 | 0o755 = 0o644): TreeEntry => ({ path, mode, sha256, sizeBytes: 1 });
const link = (path: string, target: string): TreeEntry => ({ path, link: target });
const making = (...entries: TreeEntry[]) => expect(() => makeTree(entries));

test('the text of a tree is canonical: sorted, modes readable, the same whatever order the files came in', () => {
  const entries = [file('b/tool', 0o755), file('a'), link('b/latest', 'tool')];
  const text = formatTree(makeTree(entries));
  expect(text).toBe(
    `[{"mode":"0644","path":"a","sha256":"${sha256}","sizeBytes":1},{"link":"tool","path":"b/latest"},` +
      `{"mode":"0755","path":"b/tool","sha256":"${sha256}","sizeBytes":1}]`,
  );
  expect(formatTree(makeTree([...entries].reverse()))).toBe(text);
});

test('any good tree is read back as it was, and its text does not depend on the order of its entries', () => {
  const name = fc.stringMatching(/^[a-zäß雪 .-]{1,8}$/u).filter((text) => text !== '.' && text !== '..');
  const paths = fc.uniqueArray(name, { maxLength: 8 });
  fc.assert(
    fc.property(paths, fc.infiniteStream(fc.boolean()), (names, coin) => {
      const entries = names.map((path) => (coin.next().value ? file(path, 0o755) : file(`dir of ${path}/x`)));
      const text = formatTree(makeTree(entries));
      expect(formatTree(makeTree(entries.toReversed()))).toBe(text);
      expect(formatTree(parseTree(text, 'it'))).toBe(text);
    }),
  );
});

describe('a tree is refused', () => {
  test.each([
    ['/etc/passwd', 'is absolute'],
    ['../up', 'part ".."'],
    ['a/../../up', 'part ".."'],
    ['a/./b', 'part "."'],
    ['a//b', 'part ""'],
    ['a/', 'part ""'],
    ['', 'part ""'],
    ['two\nlines', 'control character'],
    ['bell\u0007', 'control character'],
    ['next\u0085line', 'control character'],
    ['nul\u0000', 'control character'],
    ['line\u2028end', 'control character'],
    ['half \ud800 a pair', 'valid Unicode'],
    ['x'.repeat(256), 'over 255 bytes'],
    [`${'雪'.repeat(80)}/`.repeat(13).slice(0, -1), 'over 3072 bytes'],
  ])('for the path %j', (path, problem) => {
    making(file(path)).toThrow(
      expect.objectContaining({ code: 'SLIP_TREE', message: expect.stringContaining(problem) }),
    );
  });

  test('when a path is there twice', () => making(file('a'), file('a', 0o755)).toThrow('"a" is there twice'));

  test('when something lies below a file, or below a link through which it would be written elsewhere', () => {
    making(file('a'), file('a/b')).toThrow('"a/b" lies below "a"');
    making(file('a'), file('a.b'), file('a/b/c')).toThrow('"a/b/c" lies below "a"');
    making(link('a', '.'), file('a/b')).toThrow('"a/b" lies below "a"');
  });

  test.each([
    ['an absolute link', [link('a', '/etc/passwd')], 'absolute'],
    ['a link to the folder above', [link('a', '..')], 'leaves its folder'],
    ['a link that goes down and then further up', [link('a/b', '../c/../../../d')], 'leaves its folder'],
    [
      'a link that leaves through another one',
      [link('a/b/up', '../..'), link('out', 'a/b/up/../x')],
      'leaves its folder',
    ],
    ['a link to itself', [link('a', 'a')], 'circle'],
    ['two links that name each other', [link('a', 'b/x'), link('b', 'a')], 'circle'],
    ['a link without target', [link('a', '')], 'without a target'],
    ['a link with a line end', [link('a', 'b\nc')], 'control character'],
  ])('for %s', (_, entries, problem) => {
    making(...entries).toThrow(
      expect.objectContaining({ code: 'SLIP_TREE', message: expect.stringContaining(problem) }),
    );
  });
});

test('links inside the folder are kept, up to its top and to what does not exist', () => {
  const entries = [
    file('a/b/c'),
    link('a/b/top', '../..'),
    link('a/again', 'b/top/a/b/c'),
    link('later', 'made/by/build'),
  ];
  expect(makeTree(entries)).toHaveLength(4);
});

test.each([
  ['a package', '!<arch>\n', 'not JSON'],
  ['another list', '[1,2]', 'no tree'],
  ['an unknown member', '[{"link":"a","owner":"root","path":"b"}]', 'no tree'],
  ['another mode', `[{"mode":"0777","path":"a","sha256":"${sha256}","sizeBytes":1}]`, 'no tree'],
  ['another order', '[{"link":"a","path":"c"},{"link":"a","path":"b"}]', 'canonical'],
  ['another spelling', '[ {"link":"a","path":"b"}]', 'canonical'],
  ['a path that leaves it', '[{"link":"a","path":"../b"}]', 'part ".."'],
])('%s is not taken for a tree', (_, text, problem) => {
  expect(() => parseTree(text, 'abc')).toThrow(
    expect.objectContaining({ code: 'SLIP_TREE', message: expect.stringContaining(problem) }),
  );
});
