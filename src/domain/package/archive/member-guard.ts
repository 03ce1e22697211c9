import { followLinks } from '../../artifact/follow-links.ts';
import { PackageFormatError } from '../package-error.ts';

/**
 * Looks at the members of an archive that was made elsewhere, one after the other: none may be unpacked outside the folder that the
 * archive is unpacked in, neither by its own name nor through a link that came before it.
 */
export class MemberGuard {
  readonly #archive: string;
  /** Links seen so far, by the place where they really lie. One that a later member replaces still counts: dpkg would keep it. */
  readonly #links = new Map<string, string>();
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
    const cut = name.lastIndexOf('/') + 1;
    const place = [this.#realPlace(path, name.slice(0, cut)), name.slice(cut)].filter((part) => part !== '').join('/');
    if (link?.hard) this.#checkHardLink(path, place, link.target);
    else if (link) this.#remember(path, place, link.target);
  }

  /** A second name of a link leads where the link leads, seen from its own place. */
  #checkHardLink(path: string, place: string, target: string): void {
    const name = normalise(target);
    this.#refuseIf(name.startsWith('/') || hasParentPart(name), path, `is a link to ${JSON.stringify(target)}`);
    const cut = name.lastIndexOf('/') + 1;
    const folder = this.#realPlace(path, name.slice(0, cut));
    const symbolic = this.#links.get(folder === '' ? name.slice(cut) : `${folder}/${name.slice(cut)}`);
    if (symbolic !== undefined) this.#remember(path, place, symbolic);
  }

  #remember(path: string, place: string, target: string): void {
    const before = this.#links.get(place);
    const isAnother = before !== undefined && before !== target;
    this.#refuseIf(isAnother, path, `is there as a link to "${before}" and as a link to "${target}"`);
    this.#links.set(place, target);
  }

  /** Where a folder really is, links followed. */
  #realPlace(path: string, folder: string): string {
    if (this.#links.size === 0) return folder.replace(/\/$/, '');
    const followed = followLinks('', folder, this.#links);
    if (followed.ends === 'inside') return followed.path;
    const { ends, through = '' } = followed;
    const way = ends === 'circle' ? 'in a circle' : `to "${this.#links.get(through)}"`;
    return this.#refuse(path, `goes through the link "${through}", which leads ${way}`);
  }

  #refuseIf(wrong: boolean, path: string, why: string): void {
    if (wrong) this.#refuse(path, why);
  }

  #refuse(path: string, why: string): never {
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
