import { z } from 'zod';
import { isSha256, type Sha256 } from '../../kernel/ids.ts';
import { canonicalJson } from '../../kernel/json.ts';
import { TreeError } from './tree-error.ts';
import { checkLink } from './tree-link.ts';
import { checkTreePath } from './tree-path.ts';

/** One file or link of a tree. `path` is relative, `/`-separated, without `.` or `..` parts. */
export type TreeEntry =
  | { readonly path: string; readonly mode: 0o644 | 0o755; readonly sha256: Sha256; readonly sizeBytes: number }
  | { readonly path: string; readonly link: string };

/** A folder as a value: sorted entries. Its canonical JSON lies in the store; that text's digest names the tree. */
export type Tree = readonly TreeEntry[];

const byPath = (a: TreeEntry, b: TreeEntry) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0);

/**
 * Sorts entries (by code unit, as canonical JSON does) and checks them as a whole: good paths, each once, nothing below a
 * file or a link, no link that leaves the tree. @throws {TreeError}
 */
export function makeTree(entries: readonly TreeEntry[]): Tree {
  const tree = [...entries].sort(byPath);
  const paths = new Set<string>();
  const links = new Map<string, string>();
  for (const entry of tree) {
    checkTreePath(entry.path);
    if (paths.has(entry.path)) throw new TreeError(entry.path, 'is there twice', 'Keep one of the two.');
    paths.add(entry.path);
    if ('link' in entry) links.set(entry.path, entry.link);
  }
  for (const path of paths) checkParents(path, paths);
  for (const path of links.keys()) checkLink(path, links);
  return tree;
}

/** A file or link cannot be a folder too; written through a link, a file would land elsewhere. */
function checkParents(path: string, paths: ReadonlySet<string>): void {
  for (let end = path.indexOf('/'); end !== -1; end = path.indexOf('/', end + 1)) {
    const parent = path.slice(0, end);
    if (paths.has(parent))
      throw new TreeError(path, `lies below ${JSON.stringify(parent)}, which is no folder`, 'Keep one.');
  }
}

const ENTRY = z.union([
  z.strictObject({
    path: z.string(),
    mode: z.enum(['0644', '0755']),
    sha256: z.string().refine(isSha256),
    sizeBytes: z.int().nonnegative(),
  }),
  z.strictObject({ path: z.string(), link: z.string() }),
]);

/** The tree's text: the same folder, the same text, the same digest. Modes are written as `0644` and `0755`. */
export function formatTree(tree: Tree): string {
  return canonicalJson(
    tree.map((entry) => ('link' in entry ? entry : { ...entry, mode: entry.mode === 0o755 ? '0755' : '0644' })),
  );
}

/** Reads `formatTree`'s text and nothing else: another order or spelling would be the same folder under another name. @throws {TreeError} */
export function parseTree(text: string, name: string): Tree {
  const remedy = 'This digest names something else. Check which input or source it was taken from.';
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new TreeError(name, 'is no tree: not JSON', remedy, { cause });
  }
  const parsed = z.array(ENTRY).safeParse(json);
  if (!parsed.success) throw new TreeError(name, `is no tree: ${z.prettifyError(parsed.error)}`, remedy);
  const tree = makeTree(
    parsed.data.map((entry) => ('link' in entry ? entry : { ...entry, mode: entry.mode === '0755' ? 0o755 : 0o644 })),
  );
  if (formatTree(tree) !== text) throw new TreeError(name, 'is no tree: it is not in canonical form', remedy);
  return tree;
}
