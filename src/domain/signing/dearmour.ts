const BLOCK =
  /^-----BEGIN PGP ([A-Z ]+)-----\r?\n((?:[!-9;-~]+: .*\r?\n)*)\r?\n([A-Za-z0-9+/=\s]*?)(?:\r?\n=([A-Za-z0-9+/]{4}))?\s*^-----END PGP \1-----/gm;

/** CRC-24 of RFC 4880, 6.1. */
function crc24(bytes: Uint8Array): number {
  let crc = 0xb704ce;
  for (const byte of bytes) {
    crc ^= byte << 16;
    for (let bit = 0; bit < 8; bit++) {
      crc <<= 1;
      if (crc & 0x1000000) crc ^= 0x1864cfb;
    }
  }
  return crc & 0xffffff;
}

/**
 * The binary form of all armoured blocks of one kind in `text`, joined. For public keys this is a keyring that old apt reads
 * (`/etc/apt/keyrings/<project>.gpg`), the same bytes as `gpg --dearmor`. (openpgp.js reads the first block and drops the rest.)
 * @throws {RangeError} there is no such block, it ends early, or a checksum does not fit.
 */
export function dearmour(text: string, kind: 'PUBLIC KEY BLOCK' | 'PRIVATE KEY BLOCK'): Buffer {
  const blocks: Buffer[] = [];
  for (const [, found, , body = '', checksum] of text.matchAll(BLOCK)) {
    if (found !== kind) continue;
    const bytes = Buffer.from(body, 'base64');
    if (checksum !== undefined && Buffer.from(checksum, 'base64').readUIntBE(0, 3) !== crc24(bytes))
      throw new RangeError('the checksum of an armoured block does not fit its bytes');
    blocks.push(bytes);
  }
  const begun = text.split(`-----BEGIN PGP ${kind}-----`).length - 1;
  if (blocks.length === 0 || blocks.length < begun) throw new RangeError(`an armoured PGP ${kind} has no end`);
  return Buffer.concat(blocks);
}
