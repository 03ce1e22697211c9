import type { SigningKeyProblem } from './signing-key-error.ts';

type Rule = readonly [marker: RegExp, reason: SigningKeyProblem['reason'], detail: string];

// First match wins: a file with both halves of a key is a private key.
// biome-ignore format: a table is read by columns
const RULES = [
  [/^-----BEGIN PGP PUBLIC KEY BLOCK-----/m,       'public-key', 'it is the public key'],
  [/^-----BEGIN PGP (MESSAGE|SIGNATURE|SIGNED)/m,  'other-kind', 'it is an OpenPGP message or signature, not a key'],
  [/^-----BEGIN OPENSSH PRIVATE KEY-----/m,        'other-kind', 'it is an SSH key'],
  [/^ssh-(rsa|ed25519|dss) |^ecdsa-sha2-/m,        'other-kind', 'it is an SSH public key'],
  [/^PuTTY-User-Key-File/m,                        'other-kind', 'it is a PuTTY key'],
  [/^-----BEGIN (\w+ )*CERTIFICATE/m,              'other-kind', 'it is a certificate'],
  [/^-----BEGIN (\w+ )*PRIVATE KEY-----/m,         'other-kind', 'it is a PEM key (TLS or X.509)'],
  [/^-----BEGIN (\w+ )*PUBLIC KEY-----/m,          'other-kind', 'it is a PEM public key'],
  [/^untrusted comment: /m,                        'other-kind', 'it is a minisign or signify key'],
  [/^AGE-SECRET-KEY-/m,                            'other-kind', 'it is an age key'],
  [/^\s*$/,                                        'empty',      'it is empty'],
] as const satisfies readonly Rule[];

/** What is wrong with the text a key reference gave, seen from outside; undefined when it has an armoured private key. */
export function privateKeyTextProblem(text: string): SigningKeyProblem | undefined {
  if (/^-----BEGIN PGP PRIVATE KEY BLOCK-----/m.test(text)) return undefined;
  const rule = RULES.find(([marker]) => marker.test(text));
  if (rule) return { reason: rule[1], detail: rule[2] };
  return { reason: 'other-kind', detail: 'it is not an armoured OpenPGP private key' };
}
