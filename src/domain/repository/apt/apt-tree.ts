import type { Sha256 } from '../../../kernel/ids.ts';
import type { Instant } from '../../../kernel/instant.ts';
import type { ListedPackage } from '../generation.ts';
import { type PackagesIndex, packagesIndex } from './packages-index.ts';
import { type ReleaseEntry, releaseFile } from './release-file.ts';

/** How an apt repository is laid out: `URL suite component...`, or `URL binary/`. */
export interface AptLayout {
  readonly layout: 'suites' | 'flat';
  readonly suite: string;
  readonly components: readonly string[];
}

/** A served index file: at its plain name, and at the name that is its digest. */
export interface IndexFile {
  readonly path: string;
  readonly byHashPath: string;
  readonly bytes: Buffer;
  readonly sha256: Sha256;
}

/** Everything of an apt repository but the signatures: `Release` is still to be signed. */
export interface AptTree {
  /** Folder of `Release`, `InRelease` and `Release.gpg`. */
  readonly releaseFolder: string;
  readonly release: string;
  readonly indexes: readonly IndexFile[];
  /**
   * Links by path below the repository. Clients look for `by-hash` beside each index; a name that is a digest means the same
   * everywhere, so all of them lead to one folder, and an old index is carried once and not once for each architecture.
   */
  readonly links: Readonly<Record<string, string>>;
  /** By the list they were made of, for the next generation. */
  readonly memory: AptMemory;
}

/** Rendered indexes of the last generation, by architecture: a cache, it changes nothing but the time taken. */
export type AptMemory = ReadonlyMap<string, PackagesIndex>;

/** Also the suite that a flat Release names: apt warns of a conflicting distribution when it is not that of `URL binary/`. */
export const FLAT_FOLDER = 'binary';
/** A flat repository has one index for every architecture: under a name that no architecture has. */
const FLAT = '';

/** The index files and `Release` of a sorted list of debs. */
export function aptTree(
  project: string,
  { layout, suite, components }: AptLayout,
  date: Instant,
  sorted: readonly ListedPackage[],
  memory: AptMemory = new Map(),
): AptTree {
  const architectures = listArchitectures(sorted);
  const made = new Map<string, PackagesIndex>();
  for (const arch of layout === 'flat' ? [FLAT] : architectures) made.set(arch, indexOf(arch, sorted, memory, made));
  const releaseFolder = layout === 'flat' ? FLAT_FOLDER : `dists/${suite}`;
  const folders = layout === 'flat' ? [['', made.get(FLAT) ?? EMPTY] as const] : suiteFolders(components, made);
  const release = releaseFile({
    project,
    suite: layout === 'flat' ? FLAT_FOLDER : suite,
    date,
    architectures,
    ...(layout === 'suites' && { components }),
    entries: folders.flatMap(([folder, index]) => releaseEntries(folder, index)),
  });
  const indexes = folders.map(([folder, { gzip }]) => ({
    path: `${releaseFolder}/${folder}Packages.gz`,
    byHashPath: `${releaseFolder}/by-hash/SHA256/${gzip.sha256}`,
    ...gzip,
  }));
  const links = folders
    .filter(([folder]) => folder !== '')
    .map(([folder]) => [`${releaseFolder}/${folder}by-hash`, `${'../'.repeat(folder.split('/').length - 1)}by-hash`]);
  return { releaseFolder, release, indexes, links: Object.fromEntries(links), memory: made };
}

const EMPTY = packagesIndex([]);

/** `main/binary-amd64/`, ... with their indexes. A package does not say which component it belongs to: the first has them all. */
const suiteFolders = (
  components: readonly string[],
  made: ReadonlyMap<string, PackagesIndex>,
): readonly (readonly [string, PackagesIndex])[] =>
  components.flatMap((component, at) =>
    [...made].map(([arch, index]) => [`${component}/binary-${arch}/`, at === 0 ? index : EMPTY] as const),
  );

/**
 * `all` beside the architectures that packages name. A machine of any other kind then still finds the packages that run
 * everywhere, without a notice. amd64 is there even when nothing names it: old clients and mirror tools look for a concrete one.
 */
function listArchitectures(sorted: readonly ListedPackage[]): readonly string[] {
  const seen = new Set(sorted.map(({ facts }) => (facts.format === 'deb' ? facts.arch : 'all')));
  const concrete = [...seen].filter((arch) => arch !== 'all').sort((a, b) => (a < b ? -1 : 1));
  return [
    ...(seen.has('all') || concrete.length === 0 ? ['all'] : []),
    ...(concrete.length === 0 ? ['amd64'] : concrete),
  ];
}

function indexOf(
  arch: string,
  sorted: readonly ListedPackage[],
  memory: AptMemory,
  made: ReadonlyMap<string, PackagesIndex>,
): PackagesIndex {
  const listed =
    arch === FLAT
      ? sorted
      : sorted.filter(({ facts }) => facts.format === 'deb' && (facts.arch === arch || facts.arch === 'all'));
  // A repository of nothing but `all` has one list under two names.
  const twin = [...made.values()].find(
    (other) => countEntries(other) === listed.length && listed.length === sorted.length,
  );
  return twin ?? packagesIndex(listed, memory.get(arch));
}

const countEntries = (index: PackagesIndex): number =>
  index.chunks.reduce((count, chunk) => count + chunk.entries.length, 0);

const releaseEntries = (folder: string, { plain, gzip }: PackagesIndex): readonly ReleaseEntry[] => [
  { path: `${folder}Packages`, sizeBytes: plain.sizeBytes, sha256: plain.sha256 },
  { path: `${folder}Packages.gz`, sizeBytes: gzip.bytes.length, sha256: gzip.sha256 },
];
