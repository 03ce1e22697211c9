import { constants, type Stats } from 'node:fs';
import { type FileHandle, open, realpath } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';

export type Opened =
  /** `path`: below the root, all links resolved. */
  | { readonly what: 'file'; readonly path: string; readonly handle: FileHandle; readonly stats: Stats }
  | { readonly what: 'folder' }
  | { readonly what: 'absent' };

const ABSENT = new Set(['ENOENT', 'ENOTDIR', 'ELOOP', 'EACCES', 'ENAMETOOLONG', 'ENXIO']);

/**
 * Opens `path` below `root` for reading. Links are followed as long as they end inside the root: the origin is made of links,
 * and one that leads out of it would show the machine to the network. Devices, pipes and sockets count as absent.
 */
export async function openInside(root: string, path: string): Promise<Opened> {
  let handle: FileHandle | undefined;
  try {
    const realRoot = await realpath(root);
    const real = await realpath(join(root, path));
    if (real !== realRoot && !real.startsWith(realRoot + sep)) return { what: 'absent' };
    // What the path names was decided above: a link put there in the meantime is not followed, a pipe does not block.
    handle = await open(real, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const stats = await handle.stat();
    if (stats.isFile()) return { what: 'file', path: relative(realRoot, real), handle, stats };
    await handle.close();
    return { what: stats.isDirectory() ? 'folder' : 'absent' };
  } catch (cause) {
    await handle?.close();
    if (ABSENT.has((cause as NodeJS.ErrnoException).code ?? '')) return { what: 'absent' };
    throw cause; // a lost mount is not "no such file"
  }
}
