import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseStepValues } from './step-values.ts';

const parse = (text: string) => parseStepValues(Buffer.from(text));

test('key=value lines are read as they stand: blanks, equals signs and empty values included', () => {
  expect(parse('a=1\nb-2=x = y \n_c=\n')).toEqual({ a: '1', 'b-2': 'x = y ', _c: '' });
  expect(parse('')).toEqual({});
  expect(parse('last=line without newline')).toEqual({ last: 'line without newline' });
});

describe('values are refused, naming the line and never its text', () => {
  test.each([
    ['no equals sign', 'a=1\ns3cret\n', /line 2 has no "="/],
    ['an empty line', 'a=1\n\nb=2\n', /line 2 is empty/],
    ['a key twice', 'a=1\na=s3cret\n', /line 2 sets a a second time/],
    ['a key with a blank', 'a b=s3cret\n', /line 1 has a key/],
    ['a key that begins with a digit', '1a=s3cret', /line 1 has a key/],
    ['Windows line ends', 'a=s3cret\r\n', /carriage return/],
    ['a control character', 'a=s3cret\u001b[31m\n', /control character/],
    ['a byte order mark', '\ufeffa=s3cret\n', /line 1 has a key/],
  ])('%s', (_what, text, message) => {
    expect(() => parse(text)).toThrow(message);
    expect(() => parse(text)).toThrow(expect.objectContaining({ code: 'SLIP_OUTPUT_VALUES' }));
    expect(() => parse(text)).not.toThrow(/s3cret/);
  });

  test('bytes that are no UTF-8, and more than 64 KiB', () => {
    expect(() => parseStepValues(Buffer.from([0x61, 0x3d, 0xff]))).toThrow(/not UTF-8/);
    expect(() => parse(`a=${'x'.repeat(65_536)}`)).toThrow(/longer than 65536 bytes/);
  });
});

test('a key called __proto__ is a key like any other', () => {
  expect(Object.entries(parse('__proto__=x\nconstructor=y\n'))).toEqual([
    ['__proto__', 'x'],
    ['constructor', 'y'],
  ]);
});

test('whatever a step writes, either every line of it counts or the step fails', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('a', 'b', '=', '\n', ' ', '\r', '1') }), (text) => {
      let values: Readonly<Record<string, string>>;
      try {
        values = parse(text);
      } catch {
        return; // refused as a whole
      }
      const lines = Object.entries(values).map(([key, value]) => `${key}=${value}`);
      expect(lines.sort()).toEqual(text.split('\n').filter(Boolean).sort());
    }),
  );
});
