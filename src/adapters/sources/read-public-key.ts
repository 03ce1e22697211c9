import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { readKeys } from 'openpgp';
import { dearmour } from '../../domain/signing/dearmour.ts';

/** An armoured block of a binary key ring: `gpg --export` without `--armor` is accepted too. */
const armoured = (bytes: Buffer): string => {
  const lines = bytes.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n${lines.join('\n')}\n-----END PGP PUBLIC KEY BLOCK-----\n`;
};

/** The text of a public key file, armoured whichever form it has. Bit 7 marks every binary OpenPGP packet (RFC 4880, 4.2). */
export async function readPublicKey(baseDir: string, key: string): Promise<string> {
  const bytes = await readFile(resolve(baseDir, key));
  return ((bytes[0] ?? 0) & 0x80) === 0 ? bytes.toString('utf8') : armoured(bytes);
}

/** Of every key in it, for a message that says what was expected. A file that is no key has none. */
export async function fingerprintsOf(publicKeys: string): Promise<string[]> {
  try {
    const keys = await readKeys({ binaryKeys: dearmour(publicKeys, 'PUBLIC KEY BLOCK') });
    return keys.map((key) => key.getFingerprint().toUpperCase());
  } catch {
    return []; // the verdict has said already that the key cannot be read, and why
  }
}
