import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { hasCode } from './disk-failure.ts';

/**
 * Makes a folder and those above it. Not `mkdir(path, { recursive: true })`: of Node 20 it reports a full or read-only
 * disk as ENOENT.
 */
export async function makeFolder(path: string): Promise<void> {
  try {
    await mkdirUnlessThere(path);
  } catch (error) {
    if (!hasCode(error, 'ENOENT') || dirname(path) === path) throw error;
    await makeFolder(dirname(path));
    await mkdirUnlessThere(path);
  }
}

async function mkdirUnlessThere(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
  }
}
