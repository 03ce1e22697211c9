import { chmod, mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { hasCode } from './origin-failure.ts';
import { syncFolder } from './sync-folder.ts';

/** Folders of an origin can be entered by whoever serves it, whatever the umask of whoever writes it. */
export const FOLDER_MODE = 0o755;

/** Makes a folder and those above it that are missing, for good: each is on disk when this resolves. */
export async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return;
    if (!hasCode(error, 'ENOENT')) throw error;
    await makeFolder(dirname(path));
    return makeFolder(path);
  }
  await chmod(path, FOLDER_MODE);
  await syncFolder(dirname(path));
}
