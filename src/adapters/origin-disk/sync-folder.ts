import { open } from 'node:fs/promises';

/** fsync of a folder: names made, moved or removed in it survive a power cut only after this. */
export async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
