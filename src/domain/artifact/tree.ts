import type { Sha256 } from '../../kernel/ids.ts';

/** One file or link of a tree. `path` is relative, `/`-separated, without `.` or `..` parts. */
export type TreeEntry =
  | { readonly path: string; readonly mode: 0o644 | 0o755; readonly sha256: Sha256; readonly sizeBytes: number }
  | { readonly path: string; readonly link: string };

/** A folder as a value: sorted entries. Its canonical JSON lies in the store; that text's digest names the tree. */
export type Tree = readonly TreeEntry[];
