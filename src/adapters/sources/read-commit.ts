import type { ChildProcess } from 'node:child_process';
import type { TreeEntry } from '../../domain/artifact/tree.ts';
import { TreeError } from '../../domain/artifact/tree-error.ts';
import type { ArtifactStore } from '../../ports/artifact-store.ts';
import { ByteReader } from './byte-reader.ts';
import { type GitPlace, runGit, withGit } from './run-git.ts';

interface GitEntry {
  readonly mode: string;
  readonly hash: string;
  readonly path: string;
}

export interface CommitContent {
  readonly entries: readonly TreeEntry[];
  readonly commitEpochS: number;
  /** Paths of submodules: a commit names them but does not hold them. */
  readonly submodules: readonly string[];
  /** Files that are only pointers to Git LFS. */
  readonly lfsPointers: readonly string[];
}

const SMALL_BYTES = 1024 * 1024;
const AT_ONCE = 8;

const LFS_POINTER = 'version https://git-lfs.github.com/spec/';

/**
 * The files of a commit, byte for byte as they were committed. Nothing is checked out, so no filter, hook or attribute of the
 * repository (or of this user) changes or runs anything.
 */
export async function readCommit(place: GitPlace, store: ArtifactStore, commit: string): Promise<CommitContent> {
  const listed = parseListing(await runGit(place, ['ls-tree', '-r', '-z', '--full-tree', commit]));
  const files = listed.filter(({ mode }) => mode !== '160000');
  const lfsPointers: string[] = [];
  const entries = await withGit(place, ['cat-file', '--batch'], async (git) => {
    git.stdin?.end(files.map(({ hash }) => `${hash}\n`).join(''));
    const reader = new ByteReader(git.stdout as NonNullable<ChildProcess['stdout']>);
    return readFiles(reader, files, store, lfsPointers);
  });
  const submodules = listed.filter(({ mode }) => mode === '160000').map(({ path }) => path);
  return { entries, commitEpochS: await commitTime(place, commit), submodules, lfsPointers };
}

/** One after the other from git; small files are stored several at a time, because each waits for the disk. */
async function readFiles(
  reader: ByteReader,
  files: readonly GitEntry[],
  store: ArtifactStore,
  lfsPointers: string[],
): Promise<TreeEntry[]> {
  const entries: TreeEntry[] = [];
  const keep = async ({ path, mode }: GitEntry, bytes: AsyncIterable<Uint8Array> | Uint8Array) => {
    entries.push({ path, mode: mode === '100755' ? 0o755 : 0o644, ...(await store.put(bytes)) });
  };
  let small: [GitEntry, Buffer][] = [];
  const keepSmall = async () => {
    await Promise.all(small.map(([file, bytes]) => keep(file, bytes)));
    small = [];
  };
  for (const file of files) {
    const [, type, size] = (await reader.line()).split(' ');
    if (type !== 'blob') throw new Error(`git cat-file: no blob ${file.hash} for ${file.path}`);
    const sizeBytes = Number(size);
    if (file.mode !== '120000' && sizeBytes > SMALL_BYTES) await keep(file, reader.pieces(sizeBytes));
    else {
      const bytes = await reader.bytes(sizeBytes);
      if (bytes.subarray(0, LFS_POINTER.length).toString('latin1') === LFS_POINTER) lfsPointers.push(file.path);
      if (file.mode === '120000') entries.push({ path: file.path, link: utf8(file.path, bytes) });
      else small.push([file, bytes]);
    }
    await reader.bytes(1); // the line end after each object
    if (small.length === AT_ONCE) await keepSmall();
  }
  await keepSmall();
  return entries;
}

/** `<mode> <type> <hash>\t<path>\0` for each. */
function parseListing(listing: Buffer): readonly GitEntry[] {
  const entries: GitEntry[] = [];
  for (let start = 0; start < listing.length; ) {
    const end = listing.indexOf(0, start);
    const tab = listing.indexOf(9, start);
    const [mode = '', , hash = ''] = listing.toString('latin1', start, tab).split(' ');
    const name = listing.subarray(tab + 1, end);
    entries.push({ mode, hash, path: utf8(name.toString('latin1'), name) });
    start = end + 1;
  }
  return entries;
}

/** Of the raw commit: `git log` would also obey settings that print other things. */
async function commitTime(place: GitPlace, commit: string): Promise<number> {
  const text = (await runGit(place, ['cat-file', 'commit', commit])).toString('latin1');
  return Number(/^committer .* (\d+) [+-]\d{4}$/m.exec(text)?.[1]);
}

function utf8(path: string, bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new TreeError(path, 'has a name or target that is not UTF-8', 'Rename it in the repository.', { cause });
  }
}
