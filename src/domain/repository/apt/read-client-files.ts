import { dearmour } from '../../signing/dearmour.ts';
import { type AptSource, listFile, sourcesFile } from './client-files.ts';

/**
 * What is wrong with client files as a view answers them, or undefined: they must say where this very repository is and pin
 * this very key, character by character as Slipway writes them.
 */
export function sourcesProblem(sources: string, list: string, expected: AptSource): string | undefined {
  if (sources !== sourcesFile(expected)) return differs(`${expected.project}.sources`, sources, sourcesFile(expected));
  if (list !== listFile(expected)) return differs(`${expected.project}.list`, list, listFile(expected));
  return undefined;
}

/** The published key files hold the pinned key and nothing else. */
export function publishedKeyProblem(armoured: Buffer, binary: Buffer, publicKey: string): string | undefined {
  const pinned = dearmour(publicKey, 'PUBLIC KEY BLOCK');
  if (armoured.toString().trim() !== publicKey.replaceAll('\r\n', '\n').trim())
    return 'the .key file is not the pinned key';
  return binary.equals(pinned) ? undefined : 'the .gpg file is not the pinned key';
}

/** The first line that is not as it should be. */
function differs(name: string, seen: string, expected: string): string {
  const wanted = expected.split('\n');
  const lines = seen.split('\n');
  const at = lines.findIndex((line, index) => line !== wanted[index]);
  const line = at < 0 ? lines.length : at;
  return `line ${line + 1} of ${name} is "${lines[line] ?? ''}", not "${wanted[line] ?? ''}"`;
}
