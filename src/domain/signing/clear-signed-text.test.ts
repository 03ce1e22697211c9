import { describe, expect, test } from 'vitest';
import { clearSignedProblem, toClearSignable } from './clear-signed-text.ts';

const SIGNED = `-----BEGIN PGP SIGNED MESSAGE-----
Hash: SHA512

Origin: hello
- -----BEGIN PGP SIGNATURE-----
-----BEGIN PGP SIGNATURE-----

wnUEARYKACcFgmsDZeAJ
=Rjmn
-----END PGP SIGNATURE-----
`;

describe('the frame of a signed file', () => {
  test('one message with one signature is fine, whatever its line ends', () => {
    expect(clearSignedProblem(SIGNED)).toBeUndefined();
    expect(clearSignedProblem(SIGNED.replaceAll('\n', '\r\n'))).toBeUndefined();
    expect(clearSignedProblem(`${SIGNED}\n\n`)).toBeUndefined();
    expect(clearSignedProblem(SIGNED.replace('Hash: SHA512\n', ''))).toBeUndefined();
  });

  test.each([
    ['a field before it', `Suite: evil\n${SIGNED}`, 'before'],
    ['an empty line before it', `\n${SIGNED}`, 'before'],
    ['a field after it', `${SIGNED}Suite: evil\n`, 'after'],
    ['a second message after it', SIGNED + SIGNED, 'is there 2 times'],
    ['a second signature', SIGNED.replace('=Rjmn\n', '=Rjmn\n-----BEGIN PGP SIGNATURE-----\n'), 'is there 2 times'],
    ['a field in its unsigned head', SIGNED.replace('Hash: SHA512', 'Hash: SHA512\nSuite: evil'), 'not signed'],
    ['no signature', SIGNED.split('-----BEGIN PGP SIGNATURE')[0] ?? '', 'ends early'],
    ['half a signature', SIGNED.slice(0, -10), 'ends early'],
    ['no frame at all', 'Origin: hello\n', 'not signed'],
    ['nothing', '', 'not signed'],
  ])('%s is refused', (_, message, says) => {
    expect(clearSignedProblem(message)).toContain(says);
  });
});

test('what is signed has no blanks at line ends and no last line end, as every OpenPGP program reads it', () => {
  expect(toClearSignable('a \t\r\nb\r\n\nc\n')).toBe('a\nb\n\nc');
  expect(toClearSignable('a')).toBe('a');
});
