/** NAME_MAX and PATH_MAX of Linux (limits.h): longer names cannot be unpacked. */
const MAX_PART_BYTES = 255;
const MAX_PATH_BYTES = 4095;

/** Why this relative path cannot be a member that we write; undefined if it can. */
export function pathFault(path: string): string | undefined {
  if (path === '') return 'is empty';
  if (path.startsWith('/')) return 'is absolute';
  const text = textFault(path);
  if (text !== undefined) return text;
  if (Buffer.byteLength(path) > MAX_PATH_BYTES)
    return `has ${Buffer.byteLength(path)} bytes, ${MAX_PATH_BYTES} is the most`;
  for (const part of path.split('/')) {
    if (part === '') return 'has an empty part (//)';
    if (part === '.' || part === '..') return `has the part "${part}"`;
    const bytes = Buffer.byteLength(part);
    if (bytes > MAX_PART_BYTES)
      return `has a name of ${bytes} bytes, ${MAX_PART_BYTES} is the most a file system takes`;
  }
  return undefined;
}

/** Why a link at `path` cannot point to `target`; undefined if it can. `root` says whether `/` is the package's own root. */
export function linkFault(path: string, target: string, root: 'package' | 'none'): string | undefined {
  if (target === '') return 'points to nothing';
  const text = textFault(target);
  if (text !== undefined) return `points to a name that ${text}`;
  if (Buffer.byteLength(target) > MAX_PATH_BYTES) return `points to a name of ${Buffer.byteLength(target)} bytes`;
  if (target.startsWith('/')) return root === 'package' ? undefined : `is absolute ("${target}")`;
  return leavesFolder(path, target) ? `leaves the package ("${target}")` : undefined;
}

/** Does a relative link at `path` climb above the folder that `path` is relative to? */
export function leavesFolder(path: string, target: string): boolean {
  let depth = path.split('/').length - 1;
  for (const part of target.split('/')) {
    if (part === '..') depth -= 1;
    else if (part !== '' && part !== '.') depth += 1;
    if (depth < 0) return true;
  }
  return false;
}

/** dpkg's file lists have one name a line, and half a UTF-16 pair is no character: neither has bytes that come back the same. */
function textFault(text: string): string | undefined {
  for (const char of text) {
    const code = char.codePointAt(0) ?? 0;
    if (code < 0x20 || code === 0x7f) return `holds the control character ${JSON.stringify(char)}`;
    if (code >= 0xd800 && code <= 0xdfff) return 'is no valid Unicode';
  }
  return undefined;
}

/** The folders above a path, the outermost first: `usr/bin/hello` lies in `usr` and `usr/bin`. */
export function foldersAbove(path: string): readonly string[] {
  const parts = path.split('/');
  return parts.slice(1).map((_, i) => parts.slice(0, i + 1).join('/'));
}

/** Sorted by the bytes of their paths, the same on every machine: as C sorts UTF-8, not by UTF-16 units. */
export function sortByPath<Item extends { readonly path: string }>(items: readonly Item[]): readonly Item[] {
  const keyed = items.map((item) => ({ item, key: Buffer.from(item.path) }));
  return keyed.sort((a, b) => Buffer.compare(a.key, b.key)).map(({ item }) => item);
}
