import { randomUUID } from 'node:crypto';
import { lstat, readlink, rename, rm, symlink } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { GenerationDamagedError } from '../../domain/repository/generation-record.ts';
import { ChannelPathTakenError } from '../../ports/origin-error.ts';
import { hasCode } from '../../system/has-code.ts';
import { makeFolder } from '../../system/make-folder.ts';
import { syncFolder } from '../../system/sync-folder.ts';
import { FOLDER_MODE, numberOf } from './origin-paths.ts';

/** The number a pointer names; undefined when there is no pointer. */
export async function readPointer(path: string): Promise<number | undefined> {
  let target: string;
  try {
    target = await readlink(path);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    if (hasCode(error, 'EINVAL')) throw new GenerationDamagedError(path, 'it is not a symbolic link', { cause: error });
    throw error;
  }
  const number = numberOf(target);
  if (number === undefined) throw new GenerationDamagedError(path, `it points at ${target}`);
  return number;
}

/** rename(2) swaps the link in one step: a reader sees the old target or the new one, never neither. */
export async function movePointer(path: string, number: number): Promise<void> {
  const next = join(dirname(path), `.next-${randomUUID()}`);
  await symlink(String(number), next);
  try {
    await rename(next, path);
  } catch (error) {
    await rm(next, { force: true });
    throw error;
  }
  await syncFolder(dirname(path));
}

export async function removePointer(path: string): Promise<void> {
  await rm(path, { force: true });
  await syncFolder(dirname(path));
}

/**
 * A channel's public path, `debian -> gen/stable/current/apt`: made once, never moved. Before the first promotion it leads
 * nowhere, which is what a reader of an empty channel should find.
 */
export async function ensureChannelLink(root: string, path: string, target: string): Promise<void> {
  const link = join(root, path);
  const wanted = relative(dirname(link), join(root, target));
  if ((await describeLink(link)) === wanted) return;
  await refuseInsideLink(root, dirname(path));
  await makeFolder(dirname(link), FOLDER_MODE);
  try {
    await symlink(wanted, link);
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
    const there = await describeLink(link);
    if (there !== wanted) throw new ChannelPathTakenError(link, `a link to ${wanted}`, there ?? 'gone again');
  }
  await syncFolder(dirname(link));
}

/** A path below another channel's path would lie inside a sealed generation. */
async function refuseInsideLink(root: string, folder: string): Promise<void> {
  for (let above = folder; above !== '.' && above !== '/'; above = dirname(above)) {
    const there = await describeLink(join(root, above));
    if (there !== undefined && there !== A_FOLDER)
      throw new ChannelPathTakenError(join(root, above), 'a folder', there);
  }
}

const A_FOLDER = 'a folder';

async function describeLink(path: string): Promise<string | undefined> {
  try {
    const there = await lstat(path);
    if (there.isSymbolicLink()) return await readlink(path);
    return there.isDirectory() ? A_FOLDER : 'a file';
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}
