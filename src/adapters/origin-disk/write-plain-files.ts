import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Sha256 } from '../../kernel/ids.ts';
import type { RepositoryDraft } from './generation-draft.ts';

/**
 * Writes files below a repository of a generation. What the parent has with the same bytes (keys, client files) is linked: a
 * file less to bring to disk.
 * @returns their digests, as `generation.json` lists them.
 */
export async function writeFiles(
  { folder, name, plan, inherited }: RepositoryDraft,
  files: Readonly<Record<string, string | Buffer>>,
): Promise<Record<string, Sha256>> {
  const digests: Record<string, Sha256> = {};
  for (const [path, bytes] of Object.entries(files)) {
    const sha256 = createHash('sha256').update(bytes).digest('hex') as Sha256;
    if (inherited?.files[path] === sha256) folder.link(join(inherited.folder, path), join(name, path));
    else await folder.write(join(name, path), bytes, plan.date);
    digests[path] = sha256;
  }
  return digests;
}
