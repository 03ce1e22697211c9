import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Sha256 } from '../../kernel/ids.ts';
import type { Instant } from '../../kernel/instant.ts';
import type { NewFolder } from './new-folder.ts';

/** Writes files below a repository of a generation. @returns their digests, as `generation.json` lists them. */
export async function writeFiles(
  folder: NewFolder,
  repository: string,
  date: Instant,
  files: Readonly<Record<string, string | Buffer>>,
): Promise<Record<string, Sha256>> {
  const written = Object.entries(files).map(async ([path, bytes]): Promise<[string, Sha256]> => {
    await folder.write(join(repository, path), bytes, date);
    return [path, createHash('sha256').update(bytes).digest('hex') as Sha256];
  });
  return Object.fromEntries(await Promise.all(written));
}
