import type { Tree, TreeEntry } from '../artifact/tree.ts';
import { foldersAbove } from './archive/archive-path.ts';
import { PackageInputError, PackageOptionError } from './package-error.ts';

export type TreeFile = Extract<TreeEntry, { readonly sha256: unknown }>;

/** What a path below the work folder is: one file, or a folder with its entries (paths relative to it). */
export type Found =
  | { readonly kind: 'file'; readonly file: TreeFile }
  | { readonly kind: 'folder'; readonly entries: readonly TreeEntry[] };

/** As many links as Linux follows in one path (path_resolution(7)). */
const MAX_LINKS = 40;

/** Inputs by name, each looked up many times: `app/hello` is the file `hello` of input `app`, as a script sees it. */
export class Inputs {
  readonly #trees: Readonly<Record<string, Tree>>;
  readonly #index = new Map<string, ReadonlyMap<string, TreeEntry>>();

  constructor(trees: Readonly<Record<string, Tree>>) {
    this.#trees = trees;
  }

  /**
   * Looks a path up; links are followed as a script would. `askedBy` names the key of the config, for messages.
   * @throws {PackageInputError} nothing is there. @throws {PackageOptionError} the path cannot be one.
   */
  find(path: string, askedBy: string): Found {
    const clean = path.replace(/^(\.\/)+/, '').replace(/\/+$/, '');
    const parts = clean.split('/');
    if (path.startsWith('/') || parts.some((part) => part === '..' || part === '.' || part === ''))
      throw new PackageOptionError(
        `${askedBy} names ${JSON.stringify(path)}, which is no path below the work folder.`,
        "Write INPUT/FILE, such as app/hello, where INPUT is one of the package's inputs.",
      );
    const [input = '', ...rest] = parts;
    const tree = Object.hasOwn(this.#trees, input) ? this.#trees[input] : undefined;
    if (!tree) throw this.#noInput(input, path, askedBy);
    if (rest.length === 0) return this.#folder(tree, path, askedBy);
    return this.#resolve(input, tree, rest.join('/'), path, askedBy);
  }

  /** The same, where a folder or a file may be missing. */
  has(path: string): boolean {
    try {
      this.find(path, path);
      return true;
    } catch (error) {
      if (error instanceof PackageInputError || error instanceof PackageOptionError) return false;
      throw error;
    }
  }

  #resolve(input: string, tree: Tree, inside: string, path: string, askedBy: string): Found {
    const index = this.#indexOf(input, tree);
    let name = inside;
    for (let links = 0; links <= MAX_LINKS; links++) {
      const at = [...foldersAbove(name), name].find((part) => isLink(index.get(part)));
      const link = at === undefined ? undefined : index.get(at);
      if (at === undefined || !isLink(link)) {
        const entry = index.get(name);
        if (entry && !isLink(entry)) return { kind: 'file', file: entry };
        const below = tree.filter((candidate) => candidate.path.startsWith(`${name}/`));
        if (below.length === 0) throw this.#missing(input, tree, path, askedBy);
        return {
          kind: 'folder',
          entries: below.map((entry) => ({ ...entry, path: entry.path.slice(name.length + 1) })),
        };
      }
      const next = joinLink(at, link.link, name.slice(at.length));
      if (next === '') return { kind: 'folder', entries: tree };
      name = next;
    }
    throw new PackageInputError(`${askedBy} names ${path}, whose links lead in a circle.`, 'Correct the links there.');
  }

  #folder(tree: Tree, path: string, askedBy: string): Found {
    if (tree.length > 0) return { kind: 'folder', entries: tree };
    throw new PackageInputError(`${askedBy} names ${path}, and that input is empty.`, 'Look at what makes that input.');
  }

  #indexOf(input: string, tree: Tree): ReadonlyMap<string, TreeEntry> {
    const known = this.#index.get(input);
    if (known) return known;
    const index = new Map(tree.map((entry) => [entry.path, entry]));
    this.#index.set(input, index);
    return index;
  }

  #noInput(input: string, path: string, askedBy: string): PackageInputError {
    const names = Object.keys(this.#trees);
    return new PackageInputError(
      `${askedBy} names ${path}, but "${input}" is none of the package's inputs${names.length === 0 ? ': it has none' : ` (${names.join(', ')})`}.`,
      `Add "${input}" to inputs, or correct the path.`,
    );
  }

  #missing(input: string, tree: Tree, path: string, askedBy: string): PackageInputError {
    const base = path.replace(/\/+$/, '').split('/').at(-1) ?? '';
    const same = tree.filter((entry) => entry.path.split('/').at(-1) === base);
    const some = (same.length > 0 ? same : tree).slice(0, 5).map((entry) => `${input}/${entry.path}`);
    const more = (same.length > 0 ? same : tree).length - some.length;
    const holds = some.length === 0 ? `Input ${input} is empty` : `There is ${some.join(', ')}`;
    return new PackageInputError(
      `${askedBy} names ${path}, which is not there. ${holds}${more > 0 ? ` and ${more} more` : ''}.`,
      'Correct the path, or look at what makes that input.',
    );
  }
}

const isLink = (entry: TreeEntry | undefined): entry is Extract<TreeEntry, { readonly link: string }> =>
  entry !== undefined && 'link' in entry;

/** `bin/x` in a link `bin -> ../usr`, seen from the tree's root. Trees hold no link that leaves them. */
function joinLink(at: string, target: string, rest: string): string {
  const parts = at.split('/').slice(0, -1);
  for (const part of `${target}${rest}`.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return parts.join('/');
}
