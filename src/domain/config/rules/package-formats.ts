import type { ConfigDocument } from '../schema/config-schema.ts';

const KNOWN = new Set(['deb', 'rpm', 'msi', 'tar', 'zip', 'war', 'jar', 'exe', 'tgz', 'gz', 'xz']);

/** What kinds of file a package may be, as far as the config tells; empty when it does not. */
export function packageFormats(document: ConfigDocument, name: string): ReadonlySet<string> {
  const item = document.packages[name];
  if (item === undefined) return new Set();
  if (item.uses !== undefined) return new Set([item.uses]);
  const source = item.from === undefined ? undefined : document.sources[item.from];
  const files = source === undefined ? (item.outputs ?? []) : [source.url ?? source.path ?? ''];
  const endings = files.map((file) => /\.([a-z0-9]+)$/i.exec(file)?.[1]?.toLowerCase());
  if (endings.some((ending) => ending === undefined || !KNOWN.has(ending))) return new Set();
  return new Set(endings.filter((ending) => ending !== undefined));
}
