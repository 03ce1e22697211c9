import { followLinks } from '../artifact/follow-links.ts';
import type { Tree, TreeEntry } from '../artifact/tree.ts';
import { PackageInputError, PackageOptionError } from './package-error.ts';

export type TreeFile = Extract<TreeEntry, { readonly sha256: unknown }>;

/** What a path below the work folder is: one file, or a folder with its entries (paths relative to it). */
export type Found =
  | { readonly kind: 'file'; readonly file: TreeFile }
  | { readonly kind: 'folder'; readonly entries: readonly TreeEntry[] };

interface TreeIndex {
  readonly entries: ReadonlyMap<string, TreeEntry>;
  /** Path -> target. */
  readonly links: ReadonlyMap<string, string>;
}

/** Inputs by name, each looked up many times: `app/hello` is the file `hello` of input `app`, as a script sees it. */
export class Inputs {
  readonly #trees: Readonly<Record<string, Tree>>;
  readonly #index = new Map<string, TreeIndex>();

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
    const { entries, links } = this.#indexOf(input, tree);
    const followed = followLinks('', inside, links);
    if (followed.ends !== 'inside')
      throw new PackageInputError(
        `${askedBy} names ${path}, whose links lead ${followed.ends === 'circle' ? 'in a circle' : 'out of the input'}.`,
        'Correct the links there.',
      );
    const name = followed.path;
    if (name === '') return { kind: 'folder', entries: tree };
    const entry = entries.get(name);
    if (entry && 'sha256' in entry) return { kind: 'file', file: entry };
    const below = tree.filter((candidate) => candidate.path.startsWith(`${name}/`));
    if (below.length === 0) throw this.#missing(input, tree, path, askedBy);
    return { kind: 'folder', entries: below.map((one) => ({ ...one, path: one.path.slice(name.length + 1) })) };
  }

  #folder(tree: Tree, path: string, askedBy: string): Found {
    if (tree.length > 0) return { kind: 'folder', entries: tree };
    throw new PackageInputError(`${askedBy} names ${path}, and that input is empty.`, 'Look at what makes that input.');
  }

  #indexOf(input: string, tree: Tree): TreeIndex {
    const known = this.#index.get(input);
    if (known) return known;
    const links = tree.flatMap((entry) => ('link' in entry ? [[entry.path, entry.link] as const] : []));
    const index = { entries: new Map(tree.map((entry) => [entry.path, entry])), links: new Map(links) };
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
