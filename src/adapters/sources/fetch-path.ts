import { lstat, readdir, realpath, stat } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { SourceMissingError } from '../../ports/source-error.ts';
import type { FetchedSource } from '../../ports/source-fetcher.ts';
import type { SourceWorld } from './source-world.ts';

/** Never part of what is released: git's own files, and ours (with `path: .` the store would take in itself). */
const LEFT_OUT = ['.git', '.slipway'];

/** A file or folder of this machine. The path itself may be a link; links within a folder stay links. */
export async function fetchPath(
  world: SourceWorld,
  name: string,
  path: string,
  baseDir: string,
): Promise<FetchedSource> {
  const full = resolve(baseDir, path);
  const real = await realpath(full).catch((cause: unknown) => notThere(name, full, cause));
  if (!(await stat(real)).isDirectory()) {
    const { sha256 } = await world.trees.putFileAsTree(real, basename(full));
    return { tree: sha256, origin: full, proof: 'none', warnings: [] };
  }
  const { sha256, tree, emptyFolders } = await world.trees.putTree(real, LEFT_OUT);
  if (tree.length === 0) {
    throw new SourceMissingError(name, `${full} holds no file`, 'Run the build that fills it, then try again.');
  }
  const skipped = (await readdir(real)).filter((entry) => LEFT_OUT.includes(entry));
  const warnings = [
    ...emptyFolders.map((folder) => `The empty folder ${folder} of ${full} was left out: only files are carried.`),
    ...skipped.map((entry) => `${entry} of ${full} was left out.`),
  ];
  return { tree: sha256, origin: full, proof: 'none', warnings };
}

/** Says how far the path exists: the typing error is in the next part. */
async function notThere(name: string, full: string, cause: unknown): Promise<never> {
  if (!(cause instanceof Error && 'code' in cause && (cause.code === 'ENOENT' || cause.code === 'ENOTDIR')))
    throw cause;
  const isLink = await lstat(full).then(
    (found) => found.isSymbolicLink(),
    () => false,
  );
  if (isLink) throw new SourceMissingError(name, `${full} is a link to nothing`, 'Correct the link.', { cause });
  let there = dirname(full);
  while (
    !(await stat(there).then(
      () => true,
      () => false,
    ))
  )
    there = dirname(there);
  const remedy = 'Run the build that makes it, or correct the path: it is relative to the config file.';
  throw new SourceMissingError(name, `${full} is not there (${there} is)`, remedy, { cause });
}
