import { z } from 'zod';
import { isSha256, type Sha256 } from '../../kernel/ids.ts';
import { canonicalJson, type JsonValue } from '../../kernel/json.ts';
import { SlipwayError } from '../../kernel/slipway-error.ts';
import type { Tree, TreeEntry } from './tree.ts';

/**
 * What a plan names as a folder is not one: its listing in the artifact store cannot be read, or would put files outside the
 * folder. Run `slipway journal verify`; if the journal is sound, the listing was made by something that is not Slipway.
 */
export class TreeError extends SlipwayError {
  readonly code = 'SLIP_TREE';

  constructor(what: string, options?: ErrorOptions) {
    super(`A folder in the artifact store is not sound: ${what}.`, 'Fetch the source or run the step again.', options);
  }
}

const entry = z.union([
  z.strictObject({
    path: z.string(),
    mode: z.union([z.literal(0o644), z.literal(0o755)]),
    sha256: z.custom<Sha256>((value) => typeof value === 'string' && isSha256(value)),
    sizeBytes: z.int().nonnegative(),
  }),
  z.strictObject({ path: z.string(), link: z.string().min(1) }),
]);

/** The one text of a folder, whatever order its entries come in. Its digest names the tree. @throws {TreeError} */
export function treeText(entries: readonly TreeEntry[]): string {
  const sorted = [...entries].sort((a, b) => (a.path < b.path ? -1 : 1));
  checkTree(sorted);
  return canonicalJson(sorted as unknown as JsonValue);
}

/** Reads a folder's text from the store. @throws {TreeError} it is none, or a path of it is not safe. */
export function parseTree(text: string): Tree {
  const parsed = z.array(entry).safeParse(jsonOf(text));
  if (!parsed.success) throw new TreeError('its listing has another shape', { cause: parsed.error });
  checkTree(parsed.data);
  return parsed.data;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new TreeError('its listing is not JSON', { cause });
  }
}

/** Every path stays below the folder, none is there twice, and nothing lies below a file or a link. */
function checkTree(tree: Tree): void {
  const taken = new Set<string>();
  for (const { path } of tree) {
    const parts = path.split('/');
    if (parts.some((part) => part === '' || part === '.' || part === '..') || path.includes('\0')) {
      throw new TreeError(`${JSON.stringify(path)} is not a path below it`);
    }
    if (taken.has(path)) throw new TreeError(`${JSON.stringify(path)} is there twice`);
    taken.add(path);
  }
  for (const { path } of tree) {
    for (let slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) {
      const folder = path.slice(0, slash);
      if (taken.has(folder))
        throw new TreeError(`${JSON.stringify(path)} lies below ${JSON.stringify(folder)}, which is no folder`);
    }
  }
}
