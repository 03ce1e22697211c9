import type { ConfigNode } from '../config-node.ts';
import type { KeyPath } from '../key-path.ts';

/** A place that a pattern found: its path, the key or text there. */
export interface Match {
  readonly path: KeyPath;
  readonly node: ConfigNode;
}

/**
 * Everything at a pattern of keys: `packages.*.inputs[]`. `*` stands for any key of a map, `[]` for any item of a list;
 * `steps` at the start also means the steps of lines.
 */
export function matchPaths(root: ConfigNode, pattern: string): readonly Match[] {
  const parts = pattern.replaceAll('[]', '.[]').split('.');
  const found: Match[] = [];
  walk(root, parts, [], found);
  if (parts[0] === 'steps') walk(root, ['lines', '*', ...parts], [], found);
  return found;
}

function walk(node: ConfigNode, parts: readonly string[], path: KeyPath, found: Match[]): void {
  const [part, ...rest] = parts;
  if (part === undefined) found.push({ path, node });
  else if (part === '[]' && node.kind === 'list')
    for (const [index, item] of node.items.entries()) walk(item, rest, [...path, index], found);
  else if (node.kind === 'map')
    for (const [key, entry] of node.entries)
      if (part === '*' || part === key) walk(entry.node, rest, [...path, key], found);
}

/** The text at a match; undefined for anything that is no text. */
export const textOf = (node: ConfigNode): string | undefined =>
  node.kind === 'scalar' && typeof node.value === 'string' ? node.value : undefined;
