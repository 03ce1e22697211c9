import fc from 'fast-check';
import { expect, test } from 'vitest';
import { paint } from './paint.ts';
import { guarded, oneLine, printable } from './printable.ts';

test.each([
  ['a colour', '\u001b[31mred\u001b[0m', '\\x1b[31mred\\x1b[0m'],
  ['a screen that is cleared', 'x\u001b[2J\u001b[H', 'x\\x1b[2J\\x1b[H'],
  ['a window title', '\u001b]0;owned\u0007', '\\x1b]0;owned\\x07'],
  ['a one-byte escape', '\u009b31m', '\\x9b31m'],
  ['a line that is turned round', 'deb\u202egpj', 'deb\\u202egpj'],
  ['a backspace', 'no\b\byes', 'no\\x08\\x08yes'],
  ['a carriage return that draws over', '10%\r20%', '10%\\r20%'],
  ['the end of a DOS line', 'done\r', 'done'],
  ['a separator that some terminals obey', 'a\u2028b', 'a\\u2028b'],
  ['a tag nobody sees', 'a\u{e0041}b', 'a\\ue0041b'],
  ['NUL', 'a\0b', 'a\\x00b'],
])('%s is shown, not obeyed', (_, text, shown) => {
  expect(printable(text)).toBe(shown);
});

test('letters, accents, pictures and tabs are left as they are', () => {
  const text = 'größe\t日本 👍 naïve é';
  expect(printable(text)).toBe(text);
});

test('whatever a command writes, nothing that a terminal obeys is left of it', () => {
  const harmful = fc.constantFrom('\u001b[2J', '\u009b1m', '\u202e', '\u0007', '\r', '\u2066', '\u00ad', '\ud800');
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.string({ unit: 'binary' }), harmful)), (parts) => {
      expect(printable(parts.join(''))).not.toMatch(/(?![\t\n])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
      expect(oneLine(parts.join(''))).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    }),
  );
});

test('what reaches the screen has our own colours and no other escape sequence', () => {
  const { red } = paint(true);
  expect(guarded(`${red('error:')} \u001b[2J\u001b[41m`, true)).toBe('\u001b[31merror:\u001b[0m \\x1b[2J\\x1b[41m');
  expect(guarded('\u001b[31mnot ours\u001b[0m', false)).toBe('\\x1b[31mnot ours\\x1b[0m');
});
