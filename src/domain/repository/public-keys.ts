import { EXIT } from '../../kernel/exit-code.ts';
import { SlipwayError } from '../../kernel/slipway-error.ts';

/** A signing entry gave a public key that is not an armoured OpenPGP key block. Look at that entry of `signing`. */
export class PublicKeyError extends SlipwayError {
  readonly code = 'SLIP_PUBLIC_KEY';
  override readonly exitCode = EXIT.usage;

  constructor(fingerprint: string) {
    super(`The public key of ${fingerprint} is not an armoured OpenPGP key.`, 'Export it again: gpg --armor --export.');
  }
}

/** The key files of a repository, by name. `<project>.gpg` is the same key without armour: apt reads `.gpg` files so. */
export function keyFiles(project: string, fingerprint: string, armoured: string): Readonly<Record<string, Buffer>> {
  const text = `${armoured.replaceAll('\r\n', '\n').trim()}\n`;
  return {
    [`${project}.key`]: Buffer.from(text),
    [`${project}.gpg`]: removeArmour(text, fingerprint),
    [`${fingerprint}.asc`]: Buffer.from(text),
  };
}

/** RFC 9580, 6.2: headers, an empty line, base64, and perhaps a checksum that begins with `=`. */
function removeArmour(armoured: string, fingerprint: string): Buffer {
  const block = /-----BEGIN PGP PUBLIC KEY BLOCK-----\n([\s\S]*?)\n-----END PGP PUBLIC KEY BLOCK-----/.exec(
    armoured,
  )?.[1];
  if (block === undefined) throw new PublicKeyError(fingerprint);
  const lines = block.split('\n');
  const empty = lines.findIndex((line) => line.trim() === '');
  const body = lines.slice(empty + 1).filter((line) => !/^=[A-Za-z0-9+/]{4}$/.test(line));
  return Buffer.from(body.join(''), 'base64');
}
