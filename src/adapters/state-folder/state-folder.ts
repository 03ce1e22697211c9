import { constants } from 'node:fs';
import { access, mkdir, stat, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { syncFolder } from '../../system/sync-folder.ts';
import { StateFolderError, StateFolderMissingError } from './state-folder-error.ts';

const NAME = '.slipway';

/** What the system says, in our words; anything else is shown word for word. */
const UNUSABLE: Readonly<Record<string, string>> = {
  EACCES: 'this user has no permission',
  EPERM: 'this user has no permission',
  EROFS: 'its file system is read-only',
  ENOSPC: 'no space is left on its device',
  EDQUOT: 'the disk quota of this user is used up',
  EIO: 'its disk does not answer properly (EIO)',
  ESTALE: 'its network mount is gone (ESTALE)',
};

/** `named` (from --state or SLIPWAY_STATE), else `.slipway/` beside the config, else in the current folder. Absolute. */
export function locateStateFolder(from: {
  readonly cwd: string;
  readonly named: string | undefined;
  /** The folder of the config that was found, if one was. */
  readonly configDir: string | undefined;
}): string {
  return from.named === undefined
    ? join(resolve(from.cwd, from.configDir ?? '.'), NAME)
    : resolve(from.cwd, from.named);
}

/**
 * Makes sure that the folder is there and can be written: it holds the journal, artifacts and logs, for its owner's eyes
 * only (0700). Only the last folder of the path is created.
 * @throws {StateFolderMissingError} its parent is not there, or it is no folder.
 * @throws {StateFolderError} no permission, read-only, full.
 */
export async function prepareStateFolder(path: string): Promise<void> {
  try {
    if (await isFolder(path)) {
      await access(path, constants.R_OK | constants.W_OK | constants.X_OK);
      return;
    }
    await mkdir(path, { mode: 0o700 }).catch(unlessThere);
    // It lies beside the config, mostly in a git checkout, and must never be committed.
    await writeFile(join(path, '.gitignore'), '*\n', { flag: 'wx' }).catch(unlessThere);
    await syncFolder(path);
    await syncFolder(dirname(path));
  } catch (cause) {
    throw translate(cause, path);
  }
}

/** @throws {StateFolderMissingError} something else has that name. */
async function isFolder(path: string): Promise<boolean> {
  const found = await stat(path).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return undefined;
    throw cause;
  });
  if (found !== undefined && !found.isDirectory()) throw new StateFolderMissingError(path, 'it is not a folder');
  return found !== undefined;
}

/** Another command that started at the same time made it. */
function unlessThere(cause: NodeJS.ErrnoException): void {
  if (cause.code !== 'EEXIST') throw cause;
}

function translate(cause: unknown, path: string): unknown {
  const { code = '', message } = cause as NodeJS.ErrnoException;
  if (code === 'ENOENT') return new StateFolderMissingError(path, `${dirname(path)} does not exist`, { cause });
  if (code === 'ENOTDIR') return new StateFolderMissingError(path, `${dirname(path)} is not a folder`, { cause });
  const why = UNUSABLE[code];
  if (why !== undefined) return new StateFolderError(path, why, { cause });
  if (code === 'ELOOP' || code === 'ENAMETOOLONG') return new StateFolderMissingError(path, message, { cause });
  return cause;
}
