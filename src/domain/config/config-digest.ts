import { createHash } from 'node:crypto';
import type { Sha256 } from '../../kernel/ids.ts';
import { canonicalJson, type JsonObject, type JsonValue } from '../../kernel/json.ts';
import type { ResolvedConfig } from './resolved-config.ts';

/**
 * sha256 of what a release is decided by: the resolved config, overrides included. Not in it: `alerts` (always read anew),
 * where in a file a key stands (a comment more is no other config), and the folder the config lies in (a moved checkout is
 * the same config), so paths below that folder count as relative.
 */
export function configDigest(config: ResolvedConfig): Sha256 {
  const { baseDir, notYet: _places, ...counted } = config;
  const text = canonicalJson(relativeTo(baseDir, counted as unknown as JsonObject));
  return createHash('sha256').update(text).digest('hex') as Sha256;
}

function relativeTo(baseDir: string, value: JsonValue | undefined): JsonValue | undefined {
  if (typeof value === 'string') return relativeText(baseDir, value);
  if (Array.isArray(value)) return value.map((item: JsonValue) => relativeTo(baseDir, item) ?? null);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, relativeTo(baseDir, member)]));
}

function relativeText(baseDir: string, text: string): string {
  const scheme = text.startsWith('file:') ? 'file:' : '';
  const path = text.slice(scheme.length);
  const below = baseDir === '/' ? '/' : `${baseDir}/`;
  if (path === baseDir) return `${scheme}.`;
  return path.startsWith(below) ? `${scheme}./${path.slice(below.length)}` : text;
}
