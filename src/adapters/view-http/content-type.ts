// biome-ignore format: a table is read by columns
const BY_ENDING: ReadonlyArray<readonly [ending: string, type: string]> = [
  ['.html',    'text/html; charset=utf-8'],
  ['.json',    'application/json'],
  ['.deb',     'application/vnd.debian.binary-package'],
  ['.rpm',     'application/x-rpm'],
  ['.msi',     'application/x-msi'],
  ['.gz',      'application/gzip'],
  ['.tgz',     'application/gzip'],
  ['.xz',      'application/x-xz'],
  ['.zip',     'application/zip'],
  ['.jar',     'application/java-archive'],
  ['.war',     'application/java-archive'],
  ['.key',     'application/pgp-keys'],
  ['.asc',     'text/plain; charset=utf-8'],
  ['.sha256',  'text/plain; charset=utf-8'],
  ['.sources', 'text/plain; charset=utf-8'],
  ['.list',    'text/plain; charset=utf-8'],
  ['.txt',     'text/plain; charset=utf-8'],
];

const PLAIN_NAMES = new Set(['InRelease', 'Release', 'Release.gpg', 'Packages', 'SHA256SUMS', 'mirrorlist']);

/**
 * What a browser or client should make of a file. `.gz` files are files, never a transfer encoding: a client that
 * unpacked them on the way would find another digest.
 */
export function contentTypeOf(fileName: string): string {
  if (PLAIN_NAMES.has(fileName)) return 'text/plain; charset=utf-8';
  return BY_ENDING.find(([ending]) => fileName.endsWith(ending))?.[1] ?? 'application/octet-stream';
}
