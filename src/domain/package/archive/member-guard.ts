import { PackageFormatError } from '../package-error.ts';
import { foldersAbove, leavesFolder } from './archive-path.ts';

/**
 * Looks at the members of an archive that was made elsewhere, one after the other: none may be unpacked outside the folder that the
 * archive is unpacked in, neither by its own name nor through a link that came before it.
 */
export class MemberGuard {
  readonly #archive: string;
  /** Links seen so far that lead out of the folder. One that a later member replaces still counts: dpkg would keep it. */
  readonly #leaving = new Map<string, string>();
  #count = 0;

  constructor(archive: string) {
    this.#archive = archive;
  }

  get count(): number {
    return this.#count;
  }

  /** @throws {PackageFormatError} the member would be written outside. */
  check(path: string, link?: { readonly target: string; readonly hard: boolean }): void {
    this.#count += 1;
    const name = normalise(path);
    this.#refuseIf(name.startsWith('/'), path, 'is absolute');
    this.#refuseIf(hasParentPart(name), path, 'leaves the package');
    for (const folder of this.#leaving.size === 0 ? [] : foldersAbove(name)) {
      const target = this.#leaving.get(folder);
      this.#refuseIf(target !== undefined, path, `goes through the link "${folder}", which leads to "${target}"`);
    }
    if (!link) return;
    if (link.hard)
      this.#refuseIf(hasParentPart(normalise(link.target)), path, `is a link to ${JSON.stringify(link.target)}`);
    else if (link.target.startsWith('/') || leavesFolder(name, link.target)) this.#leaving.set(name, link.target);
  }

  #refuseIf(wrong: boolean, path: string, why: string): void {
    if (!wrong) return;
    const remedy = 'Do not unpack it. Make the package again with members below one folder.';
    throw new PackageFormatError(`${this.#archive} is refused: its member ${JSON.stringify(path)} ${why}.`, remedy);
  }
}

/** `./a//b/` is `a/b`. */
const normalise = (path: string): string =>
  path
    .split('/')
    .filter((part, i) => part !== '.' && (part !== '' || i === 0))
    .join('/');

/** A backslash separates too, where a zip may be unpacked. */
const hasParentPart = (path: string): boolean => path.split(/[/\\]/).includes('..');
