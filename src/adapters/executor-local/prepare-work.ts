import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parseTree } from '../../domain/artifact/tree-text.ts';
import type { AttemptSpec } from '../../domain/run/attempt.ts';
import type { Sha256 } from '../../kernel/ids.ts';
import type { ArtifactStore } from '../../ports/artifact-store.ts';
import { RUN_FOLDER, scriptFile, valuesFile } from './attempt-paths.ts';
import { translateDiskError } from './system-error.ts';

const FILES_AT_ONCE = 8;

/** Fills an empty folder with what a step may see: its inputs as copies at `./<name>/`, its scripts, an empty `$SLIPWAY_OUTPUT`. */
export async function prepareWork(spec: AttemptSpec, store: ArtifactStore, work: string): Promise<void> {
  try {
    await mkdir(join(work, RUN_FOLDER), { recursive: true });
    for (const [name, tree] of Object.entries(spec.inputs)) await placeTree(tree, store, join(work, name));
    for (const { name, run } of spec.containers) await writeFile(scriptFile(work, name), run, { flag: 'wx' });
    await writeFile(valuesFile(work), '', { flag: 'wx' });
  } catch (error) {
    throw translateDiskError(error, work);
  }
}

async function placeTree(sha256: Sha256, store: ArtifactStore, root: string): Promise<void> {
  const entries = parseTree((await store.read(sha256)).toString('utf8'));
  for (const folder of new Set(['', ...entries.map(({ path }) => dirname(path))])) {
    await mkdir(join(root, folder), { recursive: true });
  }
  const waiting = [...entries];
  const placeSome = async () => {
    for (let entry = waiting.pop(); entry !== undefined; entry = waiting.pop()) {
      const path = join(root, entry.path);
      if ('link' in entry) await symlink(entry.link, path);
      else {
        await store.materialize(entry.sha256, path, 'copy', entry.mode);
        await chmod(path, entry.mode); // whatever our umask is
      }
    }
  };
  await Promise.all(Array.from({ length: FILES_AT_ONCE }, placeSome));
}
