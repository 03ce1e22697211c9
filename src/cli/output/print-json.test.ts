import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Terminal } from '../context.ts';
import { harmlessJson, JsonList, printJson, toJson } from './print-json.ts';

const recorder = () => {
  const written: string[] = [];
  const terminal = { out: (line: string) => written.push(`${line}\n`), part: (text: string) => written.push(text) };
  return { terminal: terminal as unknown as Terminal, text: () => written.join('') };
};

test('JSON says the same value, and nothing in it acts on a terminal', () => {
  const hostile = fc.constantFrom('\u001b[2J', '\u009b1m', '\u202e', '\u2028', '\u00ad', '\u{e0041}');
  const text = fc.array(fc.oneof(fc.string({ unit: 'grapheme' }), hostile)).map((parts) => parts.join(''));
  fc.assert(
    fc.property(fc.dictionary(text, text), (value) => {
      expect(JSON.parse(toJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      expect(toJson(value)).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
      expect(JSON.parse(harmlessJson(JSON.stringify(value)))).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});

test('one value is one document on one line', () => {
  const { terminal, text } = recorder();
  printJson(terminal, { exit: 0, said: 'a\nb' });
  expect(text()).toBe('{"exit":0,"said":"a\\nb"}\n');
});

test.each([0, 1, 3])('a list of %i that is written bit by bit is one document', (count) => {
  const { terminal, text } = recorder();
  const list = new JsonList(terminal, { release: 'main-1.1', attempt: undefined }, 'lines');
  for (let i = 0; i < count; i++) list.add({ i });
  list.end({ exit: 0 });
  expect(JSON.parse(text())).toEqual({
    release: 'main-1.1',
    attempt: null,
    lines: Array.from({ length: count }, (_, i) => ({ i })),
    exit: 0,
  });
});
