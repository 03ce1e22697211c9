import type { OriginConfig } from '../config/resolved-config.ts';

/** Escaped so that it can stand in a URI, in a line of fields separated by spaces, and in HTML, all as the same text. */
const escapePath = (path: string): string =>
  path
    .split('/')
    .map((part) => encodeURIComponent(part).replace(/['()!*]/g, escapeByte))
    .join('/');

const escapeByte = (character: string): string => `%${character.charCodeAt(0).toString(16).toUpperCase()}`;

/** Where users find the origin, without a final slash: `origin.public`, else `file:` and the absolute path. */
export function publicBase(origin: OriginConfig): string {
  const base = origin.public ?? `file:${escapePath(origin.path)}`;
  return base.replace(/\/+$/, '').replace(/[&<>"' ]/g, escapeByte);
}

/** A repository's own URL: the base and its path of `channels`. */
export const repositoryUrl = (base: string, path: string): string => `${base}/${escapePath(path)}`;

/**
 * A file that names the origin's base, as another view of the same generation answers it: a staging view on loopback, or a
 * server behind another name. Only files of a generation's `namesBase` may be changed so; nothing else names a host.
 */
export const rebaseText = (text: string, fromBase: string, toBase: string): string =>
  text.replaceAll(`${fromBase}/`, `${toBase.replace(/\/+$/, '')}/`);
