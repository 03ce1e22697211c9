import { dearmour } from './dearmour.ts';

/** A file that gives users a public key. */
export interface KeyExport {
  /** Without folders: `hello.key`. */
  readonly fileName: string;
  readonly content: string | Buffer;
}

/** The names under which public keys are published: guides, client files and pages all say the same. */
export const keyFileName = (project: string): string => `${project}.key`;
export const keyringFileName = (project: string): string => `${project}.gpg`;
export const fingerprintFileName = (fingerprint: string): string => `${fingerprint}.asc`;

/**
 * The files that hand public keys to users (packaging 3): `<project>.key`, armoured, all current keys under a stable name;
 * `<project>.gpg`, the same as a binary keyring for `/etc/apt/keyrings/`; `<fingerprint>.asc` for each key, which never changes
 * its meaning. Keys in the order given, one of each fingerprint.
 */
export function keyExports(
  project: string,
  keys: readonly { readonly fingerprint: string; readonly publicKey: string }[],
): readonly KeyExport[] {
  const byFingerprint = new Map(keys.map((key) => [key.fingerprint, `${key.publicKey.trim()}\n`]));
  const all = [...byFingerprint.values()].join('');
  return [
    { fileName: keyFileName(project), content: all },
    { fileName: keyringFileName(project), content: dearmour(all, 'PUBLIC KEY BLOCK') },
    ...[...byFingerprint].map(([fingerprint, content]) => ({ fileName: fingerprintFileName(fingerprint), content })),
  ];
}

/** `3BFA F5C9 A438 8EC6 55EA  6609 B391 AFFF C393 0622`: as gpg shows it, so that people can compare by eye. */
export function formatFingerprint(fingerprint: string): string {
  const groups = fingerprint.match(/.{1,4}/g) ?? [];
  return [groups.slice(0, 5).join(' '), groups.slice(5).join(' ')].filter(Boolean).join('  ');
}
