import { chmod, mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { hasCode } from './has-code.ts';
import { syncFolder } from './sync-folder.ts';

/**
 * Makes a folder and those above it that are missing, for good: their names are on disk when this resolves. Not
 * `mkdir(path, { recursive: true })`: of Node 20 it reports a full or read-only disk as ENOENT.
 * @param mode of the folders that are made, whatever the umask; without it the umask decides.
 */
export async function makeFolder(path: string, mode?: number): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return;
    if (!hasCode(error, 'ENOENT') || dirname(path) === path) throw error;
    await makeFolder(dirname(path), mode);
    return makeFolder(path, mode);
  }
  if (mode !== undefined) await chmod(path, mode);
  await syncFolder(dirname(path));
}
