import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { secretForms } from './secret-forms.ts';
import { SecretMask } from './secret-mask.ts';

function masked(patterns: readonly Buffer[], chunks: readonly Buffer[]): string {
  const mask = new SecretMask(patterns);
  return Buffer.concat([...chunks.map((chunk) => Buffer.from(mask.push(chunk))), mask.end()]).toString('latin1');
}

const masking = (secret: string, text: string) => masked(secretForms(secret), [Buffer.from(text)]);

/** Cuts at the given places, wherever they fall. */
function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const at = [0, ...places.map((place) => place % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return at.slice(1).map((end, index) => bytes.subarray(at[index], end));
}

/** The rule, as slow as it is plain: every byte of every occurrence is covered; each covered stretch is one mask. */
function maskedSlowly(patterns: readonly Buffer[], bytes: Buffer): string {
  const covered = new Array<boolean>(bytes.length).fill(false);
  for (const pattern of patterns) {
    for (let at = 0; at + pattern.length <= bytes.length; at++) {
      if (bytes.subarray(at, at + pattern.length).equals(pattern)) covered.fill(true, at, at + pattern.length);
    }
  }
  let text = '';
  for (const [at, isCovered] of covered.entries()) {
    if (!isCovered) text += String.fromCharCode(bytes[at] as number);
    else if (!covered[at - 1]) text += '***';
  }
  return text;
}

// Few letters, so that secrets occur, overlap, touch and begin without being completed.
const letters = (limits: fc.StringConstraints) => fc.string({ unit: fc.constantFrom('a', 'b', '\n'), ...limits });

test('a secret never passes, wherever the output is cut into chunks, and nothing else is lost', () => {
  fc.assert(
    fc.property(
      fc.array(letters({ minLength: 2, maxLength: 6 }), { minLength: 1, maxLength: 4 }),
      letters({ maxLength: 60 }),
      fc.array(fc.nat(), { maxLength: 8 }),
      (secrets, text, places) => {
        const patterns = secrets.map((secret) => Buffer.from(secret));
        const bytes = Buffer.from(text);
        expect(masked(patterns, cut(bytes, places))).toBe(maskedSlowly(patterns, bytes));
      },
    ),
    { numRuns: 2000 },
  );
});

test('text around a secret is kept byte for byte, binary too', () => {
  fc.assert(
    fc.property(fc.uint8Array(), fc.uint8Array(), fc.array(fc.nat()), (before, after, places) => {
      const secret = Buffer.from('correct horse battery');
      const bytes = Buffer.concat([before, secret, after]);
      const latin1 = (part: Uint8Array) => Buffer.from(part).toString('latin1');
      expect(masked([secret], cut(bytes, places))).toBe(`${latin1(before)}***${latin1(after)}`);
    }),
  );
});

test('no more than a secret is held back, so memory stays flat and lines come out at once', () => {
  const mask = new SecretMask([Buffer.from('aaaa')]);
  let masks = 0;
  for (let i = 0; i < 1000; i++) masks += mask.push(Buffer.alloc(1000, 'a')).length;
  expect(masks).toBe('***'.length); // one endless stretch of overlapping secrets is one mask
  expect(mask.push(Buffer.from('b\nno secret in sight\n')).toString()).toBe('b\nno secret in sight\n');
});

describe('the forms of a secret', () => {
  const secret = 'p+q/r?s=é&"t" u\'v\\';

  test.each([
    ['as it is', secret],
    ['in JSON', JSON.stringify({ secret }).slice('{"secret":"'.length, -2)],
    ['in the trace of a shell', `'${secret.replaceAll("'", `'\\''`)}'`.slice(1, -1)],
    ['in a URL', encodeURIComponent(secret)],
    ['in a URL with lower-case hex', encodeURIComponent(secret).replace(/%../g, (hex) => hex.toLowerCase())],
    ['in a form', new URLSearchParams({ secret }).toString().slice('secret='.length)],
  ])('%s it is masked', (_how, form) => {
    expect(masking(secret, `before ${form} after`)).toBe('before *** after');
  });

  test('anywhere in base64, only the characters that it shares with its neighbours are left', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 8 }),
        fc.uint8Array(),
        fc.uint8Array(),
        fc.constantFrom('base64', 'base64url'),
        (token, before, after, code) => {
          const whole = Buffer.concat([before, Buffer.from(token), after]).toString(code);
          const text = masking(token, whole);
          const bitsBefore = before.length * 8;
          expect(text.indexOf('***')).toBeGreaterThanOrEqual(0);
          expect(text.indexOf('***')).toBeLessThanOrEqual(Math.ceil(bitsBefore / 6));
          const firstAfter = Math.floor((bitsBefore + token.length * 8) / 6);
          expect(text.length - text.lastIndexOf('***') - 3).toBeLessThanOrEqual(whole.length - firstAfter);
        },
      ),
    );
  });

  test('the user and password of a web request are masked', () => {
    const header = `Authorization: Basic ${Buffer.from(`robot:${secret}`).toString('base64')}`;
    const text = masking(secret, header);
    expect(text).toMatch(/^Authorization: Basic [A-Za-z0-9+/]{8,11}\*\*\*/);
  });

  test('the newline at the end of its file is no part of it, and a key of many lines is masked line by line', () => {
    expect(masking('hunter22\n', 'password hunter22')).toBe('password ***');
    const key = '-----BEGIN KEY-----\nMIIBVgIBADANBgkq\nhkiG9w0BAQEFAASC\n-----END KEY-----\n';
    expect(masking(key, '  > MIIBVgIBADANBgkq\r\n  > hkiG9w0BAQEFAASC\r\n')).toBe('  > ***\r\n  > ***\r\n');
  });

  test('three characters are too few to mask', () => {
    expect(secretForms('abc')).toEqual([]);
    expect(secretForms('abc\n')).toEqual([]);
    expect(secretForms('')).toEqual([]);
    expect(masking('abcd', 'abcd')).toBe('***');
  });
});
