import { dearmour } from '../signing/dearmour.ts';

/**
 * The key files of a repository, by name. `<project>.gpg` is the same key without armour: apt reads `.gpg` files so.
 *
 * @param armoured all current public keys, as OpenPGP blocks.
 */
export function keyFiles(project: string, fingerprint: string, armoured: string): Readonly<Record<string, Buffer>> {
  const text = `${armoured.replaceAll('\r\n', '\n').trim()}\n`;
  return {
    [`${project}.key`]: Buffer.from(text),
    [`${project}.gpg`]: dearmour(text, 'PUBLIC KEY BLOCK'),
    [`${fingerprint}.asc`]: Buffer.from(text),
  };
}
