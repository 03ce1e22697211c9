const BEGIN = '-----BEGIN PGP SIGNED MESSAGE-----';
const SIGNATURE = '-----BEGIN PGP SIGNATURE-----';
const END = '-----END PGP SIGNATURE-----';

/**
 * What is wrong with the frame of a cleartext-signed file, or undefined: one message, one signature block, nothing before,
 * between or after. Parsers drop text around the message without a word (openpgp.js does), so a field placed there would be
 * shown to people and signed by nobody.
 */
export function clearSignedProblem(message: string): string | undefined {
  const lines = message.split(/\r?\n/);
  while (lines.at(-1) === '') lines.pop();
  if (!lines.includes(BEGIN)) return 'it is not signed';
  if (lines[0] !== BEGIN) return 'there is text before the signed message';
  if (lines.at(-1) !== END) return lines.includes(END) ? 'there is text after the signature' : 'it ends early';
  for (const marker of [BEGIN, SIGNATURE, END]) {
    const count = lines.filter((line) => line === marker).length;
    if (count !== 1) return `"${marker}" is there ${count} times`;
  }
  const blank = lines.indexOf('');
  const headers = lines.slice(1, blank);
  const odd = headers.find((line) => !/^Hash: [A-Za-z0-9, -]+$/.test(line));
  return odd === undefined ? undefined : `its head has "${odd}", which is not signed`;
}

/**
 * Text as every OpenPGP program signs it: LF ends, no blanks at line ends, no final line end (the one before the signature is
 * part of the frame, RFC 4880, 7.1).
 */
export const toClearSignable = (text: string): string =>
  text
    .split(/\r?\n/)
    .map((line) => line.replace(/[ \t\r]+$/, ''))
    .join('\n')
    .replace(/\n$/, '');
