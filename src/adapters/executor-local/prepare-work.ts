import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AttemptSpec } from '../../domain/run/attempt.ts';
import type { TreeStore } from '../../ports/tree-store.ts';
import { RUN_FOLDER, scriptFile, valuesFile } from './attempt-paths.ts';
import { translateDiskError } from './system-error.ts';

/** Fills an empty folder with what a step may see: its inputs as copies at `./<name>/`, its scripts, an empty `$SLIPWAY_OUTPUT`. */
export async function prepareWork(spec: AttemptSpec, trees: TreeStore, work: string): Promise<void> {
  try {
    await mkdir(join(work, RUN_FOLDER), { recursive: true });
    for (const [name, tree] of Object.entries(spec.inputs)) await trees.materializeTree(tree, join(work, name));
    for (const { name, run } of spec.containers) await writeFile(scriptFile(work, name), run, { flag: 'wx' });
    await writeFile(valuesFile(work), '', { flag: 'wx' });
  } catch (error) {
    throw translateDiskError(error, work);
  }
}
