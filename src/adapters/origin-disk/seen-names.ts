import { join } from 'node:path';
import { diffContent, EMPTY_CONTENT } from '../../domain/repository/plan-change.ts';
import { versionFolder } from '../../domain/repository/version-folder.ts';
import { visibleNames } from '../../domain/repository/visible-names.ts';
import type { SealedGeneration } from '../../ports/origin.ts';
import { BytesChangedError } from '../../ports/origin-error.ts';
import type { OriginMemory } from './origin-lock.ts';
import { ORIGIN_PATHS } from './origin-paths.ts';
import { readPointer } from './pointer-link.ts';
import type { SealedGenerations } from './sealed-generations.ts';

/** The only names at the root of a repository's pool that depend on the project: none of a version's folder. */
const ANY_PROJECT = '';

/**
 * Remembers the names that a generation shows to users for the first time; `before` is what they see now.
 * @throws {BytesChangedError} one of them has been seen with other bytes.
 */
export function rememberNames(
  memory: OriginMemory,
  before: SealedGeneration | undefined,
  after: SealedGeneration,
): void {
  for (const [name, { type }] of Object.entries(after.record.repositories)) {
    const content = after.repositories[name] ?? EMPTY_CONTENT;
    const change = diffContent(name, type, before?.repositories[name] ?? EMPTY_CONTENT, content);
    const fresh = [...change.added, ...change.changed.map(({ after: listed }) => listed)];
    const folders = new Set(fresh.map(versionFolder));
    const shown = type === 'apt' ? fresh : content.packages.filter((listed) => folders.has(versionFolder(listed)));
    for (const { path, sha256 } of visibleNames(ANY_PROJECT, type, shown)) {
      const full = `${ORIGIN_PATHS.pool(after.channel, name)}/${path}`;
      const seen = memory.seenDigest(full);
      if (seen !== undefined && seen !== sha256) throw new BytesChangedError(full, seen, sha256);
      memory.rememberSeen(full, sha256);
    }
  }
}

/**
 * An origin whose memory was lost (the file was removed, or not copied along) counts every name of every sealed generation as
 * seen, once: rather too many than one whose bytes change.
 */
export async function recallSeen(memory: OriginMemory, sealed: SealedGenerations, root: string): Promise<void> {
  if (!memory.isNew()) return;
  for (const channel of await sealed.channels()) {
    const current = await readPointer(join(root, ORIGIN_PATHS.channel(channel), 'current'));
    if (current === undefined) continue;
    for (const { number } of await sealed.list(channel)) {
      rememberNames(memory, undefined, await sealed.read(channel, number));
    }
    memory.rememberMove(channel, 0, current);
  }
}
