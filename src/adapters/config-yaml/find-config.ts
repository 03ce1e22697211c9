import { readdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';

/** Names a config may have, in the order they are looked for. */
export const CONFIG_NAMES = ['slipway.yaml', '.slipway.yaml', 'slipway.yml', '.slipway.yml'] as const;

/** The files of the nearest folder that has any: one, or several that then contend; none up to the root. */
export async function findConfig(cwd: string): Promise<readonly string[]> {
  for (let folder = resolve(cwd); ; folder = dirname(folder)) {
    const names = await namesIn(folder);
    const found = CONFIG_NAMES.filter((name) => names.includes(name));
    if (found.length > 0) return found.map((name) => join(folder, name));
    if (folder === dirname(folder)) return [];
  }
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    // A folder above that we may pass but not list: whatever lies there is not ours to read.
    if (['ENOENT', 'EACCES', 'EPERM', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return [];
    throw error;
  }
}
