import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { hasCode } from '../../system/has-code.ts';
import { isAbandoned, isTemporaryName } from './temporary-name.ts';

/** Removes what writers that are gone (killed, crashed, lost power) have left half-written in a folder. */
export async function removeAbandoned(folder: string, nowMs: number): Promise<void> {
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    if (!isTemporaryName(name) || !(await isAbandoned(path, name, nowMs))) continue;
    try {
      await rm(path, { force: true });
    } catch (error) {
      if (hasCode(error, 'EROFS', 'EACCES', 'EPERM')) return; // opened for reading only: the next writer removes it
      throw error;
    }
  }
}
