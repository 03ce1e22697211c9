import { randomUUID } from 'node:crypto';
import { lstat, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { carriedGenerations } from '../../domain/repository/carried-generations.ts';
import { visibleNames } from '../../domain/repository/visible-names.ts';
import { toInstant } from '../../kernel/instant.ts';
import type { GenerationSummary, SealedGeneration } from '../../ports/origin.ts';
import { hasCode } from '../../system/has-code.ts';
import { UNFINISHED } from './new-folder.ts';
import { ORIGIN_PATHS } from './origin-paths.ts';
import { readPointer } from './pointer-link.ts';
import type { SealedGenerations } from './sealed-generations.ts';

/** What nobody lists may be about to be listed: a generation that is being written. A day is longer than any. */
const GRACE_MS = 24 * 3_600_000;

export interface SweepOptions {
  readonly keepMs: number;
  readonly now: number;
  readonly needed: ReadonlySet<number>;
}

/** Removes generations past `keep`, then pool files that no remaining generation lists. Runs under the origin's lock. */
export async function sweepChannel(
  root: string,
  sealed: SealedGenerations,
  channel: string,
  options: SweepOptions,
): Promise<readonly string[]> {
  const folder = join(root, ORIGIN_PATHS.channel(channel));
  const pointers = [await readPointer(join(folder, 'current')), await readPointer(join(folder, 'staging'))];
  const all = await sealed.list(channel);
  const young = carriedGenerations(all, { number: 0, parent: null, date: toInstant(options.now) }, options.keepMs);
  const kept = new Set([...young.map(({ number }) => number), ...options.needed, ...pointers]);
  const removed = await removeAside(
    folder,
    all.filter(({ number }) => !kept.has(number)).map(({ number }) => String(number)),
  );
  const unfinished = await abandoned(folder, options.now);
  await removeAside(folder, unfinished);
  const pool = await sweepPool(root, sealed, channel, await sealed.list(channel), options.now);
  return [...removed.map((name) => `${ORIGIN_PATHS.channel(channel)}/${name}`), ...pool].sort();
}

/** A folder is renamed before it is emptied: half a generation is never seen under its number. */
async function removeAside(folder: string, names: readonly string[]): Promise<readonly string[]> {
  for (const name of names) {
    const aside = join(folder, `.old-${randomUUID()}`);
    await rename(join(folder, name), aside);
    await rm(aside, { recursive: true });
  }
  return names;
}

/** Left by a crash: folders that were being written, or removed. */
async function abandoned(folder: string, now: number): Promise<readonly string[]> {
  const names = (await listFolder(folder)).filter((name) => name.startsWith(UNFINISHED) || /^\.(old|next)-/.test(name));
  const old: string[] = [];
  for (const name of names) if (now - (await lstat(join(folder, name))).ctimeMs > GRACE_MS) old.push(name);
  return old;
}

async function sweepPool(
  root: string,
  sealed: SealedGenerations,
  channel: string,
  kept: readonly GenerationSummary[],
  now: number,
): Promise<readonly string[]> {
  const listed = new Set<string>();
  for (const { number } of kept) for (const path of poolFilesOf(await sealed.read(channel, number))) listed.add(path);
  const needed = new Set([...listed].flatMap(foldersAbove));
  const removed: string[] = [];
  await sweepFolder(join('pool', channel));
  return removed;

  /** A folder that nothing below is listed of goes as a whole, so that half a release is never left under its name. */
  async function sweepFolder(folder: string): Promise<void> {
    for (const entry of await listEntries(join(root, folder))) {
      const path = join(folder, entry.name);
      if (needed.has(path)) await sweepFolder(path);
      if (needed.has(path) || listed.has(path)) continue;
      if (now - (await lstat(join(root, path))).ctimeMs <= GRACE_MS) continue;
      await removeAside(join(root, folder), [entry.name]);
      removed.push(path);
    }
  }
}

/** `pool/stable/apt`, `pool/stable` and `pool` for `pool/stable/apt/h`. */
function foldersAbove(path: string): readonly string[] {
  const parts = path.split('/').slice(0, -1);
  return parts.map((_, at) => parts.slice(0, at + 1).join('/'));
}

/** Every file of the pool that a generation needs, with those that stand beside a package. */
function* poolFilesOf(generation: SealedGeneration): Iterable<string> {
  for (const [name, { packages }] of Object.entries(generation.repositories)) {
    const type = generation.record.repositories[name]?.type ?? 'files';
    for (const { path } of visibleNames('', type, packages)) {
      const full = `${ORIGIN_PATHS.pool(generation.channel, name)}/${path}`;
      yield* [full, `${full}.asc`, `${full}.sha256`];
    }
  }
}

const listFolder = async (folder: string): Promise<readonly string[]> =>
  (await listEntries(folder)).map(({ name }) => name);

async function listEntries(folder: string) {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return [];
    throw error;
  }
}
