/** Where a secret may be: `vault:` is kept for later versions. */
export type SecretScheme = 'env' | 'file' | 'kube' | 'vault';

const REFERENCE = /^(env|file|kube|vault):(.+)$/s;

/** The scheme of a reference to a secret, and what follows it; undefined for plain text. */
export function parseSecretReference(text: string): { scheme: SecretScheme; rest: string } | undefined {
  const match = REFERENCE.exec(text);
  return match === null ? undefined : { scheme: match[1] as SecretScheme, rest: match[2] ?? '' };
}

export const isSecretReference = (text: string): boolean => parseSecretReference(text) !== undefined;
