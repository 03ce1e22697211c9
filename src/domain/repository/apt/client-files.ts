/** What a client file says: where the repository is, and which key vouches for it. */
export interface AptSource {
  readonly project: string;
  /** The repository's URL. */
  readonly url: string;
  readonly layout: 'suites' | 'flat';
  readonly suite: string;
  readonly components: readonly string[];
  /** Armoured public key. */
  readonly publicKey: string;
}

/** `<project>.sources` (deb822, apt 2.4 and newer) with the key inside: one file, nothing else to install. */
export function sourcesFile({ url, layout, suite, components, publicKey }: AptSource): string {
  const key = publicKey.replaceAll('\r\n', '\n').trim().split('\n');
  const where = layout === 'flat' ? ['Suites: binary/'] : [`Suites: ${suite}`, `Components: ${components.join(' ')}`];
  return `${['Types: deb', `URIs: ${url}`, ...where, 'Signed-By:', ...key.map(fold)].join('\n')}\n`;
}

/** A line of a multi-line field: an empty one is a dot, else it would end the stanza. */
const fold = (line: string): string => (line.trim() === '' ? ' .' : ` ${line}`);

/** `<project>.list` for older clients: the key lies in `/etc/apt/keyrings/<project>.gpg`. */
export function listFile({ project, url, layout, suite, components }: AptSource): string {
  const where = layout === 'flat' ? 'binary/' : `${suite} ${components.join(' ')}`;
  return `deb [signed-by=/etc/apt/keyrings/${project}.gpg] ${url} ${where}\n`;
}
