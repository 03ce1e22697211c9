import { describe, expect, test } from 'vitest';
import { GpgHome, gpgMissing } from '../../../test/support/gpg-home.ts';
import { dearmour } from './dearmour.ts';

const PUBLIC = 'PUBLIC KEY BLOCK';
const block = (body: string, kind = PUBLIC) => `-----BEGIN PGP ${kind}-----\n\n${body}\n-----END PGP ${kind}-----\n`;

describe('taking the armour off a key', () => {
  test.skipIf(gpgMissing)('gives what gpg gives, for one key and for several in a file', () => {
    const gpg = new GpgHome();
    try {
      const keys = [gpg.generate('one', 'ed25519'), gpg.generate('two', 'rsa3072')].map((key) => gpg.exportPublic(key));
      for (const key of keys) expect(dearmour(key, PUBLIC).equals(gpg.must(['--dearmor'], key))).toBe(true);
      expect(dearmour(keys.join(''), PUBLIC).equals(Buffer.concat(keys.map((key) => dearmour(key, PUBLIC))))).toBe(
        true,
      );
      gpg.must(['--show-keys'], dearmour(keys.join(''), PUBLIC));
    } finally {
      gpg.close();
    }
  });

  test('headers, Windows line ends, text around and a missing checksum are fine', () => {
    const text = `a note\n${block('aGVsbG8=').replace('\n\n', '\nComment: x\n\n')}more`.replaceAll('\n', '\r\n');
    expect(dearmour(text, PUBLIC).toString()).toBe('hello');
  });

  test('only blocks of the wanted kind count', () => {
    const both = block('c2VjcmV0', 'PRIVATE KEY BLOCK') + block('aGVsbG8=');
    expect(dearmour(both, PUBLIC).toString()).toBe('hello');
    expect(dearmour(both, 'PRIVATE KEY BLOCK').toString()).toBe('secret');
  });

  test.each([
    ['no block', 'hello', 'no end'],
    ['a block without an end', block('aGVsbG8=').slice(0, -5), 'no end'],
    ['a good block and one without an end', block('aGVsbG8=') + block('aGVsbG8=').slice(0, -5), 'no end'],
    ['a checksum of other bytes', block('aGVsbG8=\n=AAAA'), 'checksum'],
  ])('%s is an error', (_, text, says) => {
    expect(() => dearmour(text, PUBLIC)).toThrow(says);
  });
});
