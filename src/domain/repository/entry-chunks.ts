import { hash } from 'node:crypto';
import type { ListedPackage } from './generation.ts';
import { entryKey, type RepositoryType } from './package-order.ts';

/** A run of neighbouring entries of a sorted list. `isClosed`: its last entry ends a chunk by itself. */
export interface EntryChunk {
  readonly entries: readonly ListedPackage[];
  readonly isClosed: boolean;
}

/**
 * Whether a chunk ends after this entry: one in 128 does, by its key alone. So the cut does not depend on history, and an
 * insert touches one chunk, or two when the new entry is a cut itself (packaging 5).
 */
export function endsChunk(type: RepositoryType, listed: ListedPackage): boolean {
  const known = ENDS[type].get(listed);
  if (known !== undefined) return known;
  const ends = hashEndsChunk(type, listed);
  ENDS[type].set(listed, ends);
  return ends;
}

/** Entries never change, and each is asked about by its list and by every index it is in. */
const ENDS = { apt: new WeakMap<ListedPackage, boolean>(), files: new WeakMap<ListedPackage, boolean>() };

function hashEndsChunk(type: RepositoryType, listed: ListedPackage): boolean {
  const digest = hash('sha256', entryKey(type, listed).join('\0'), 'hex');
  return (Number.parseInt(digest.slice(-2), 16) & 0x7f) === 0;
}

/**
 * Cuts a sorted list into chunks. Chunks of `previous` whose entries are still neighbours are taken over as they are, so
 * that what was rendered and compressed for them is not made again; `make` is called for the others only.
 */
export function cutChunks<Chunk extends EntryChunk>(
  type: RepositoryType,
  sorted: readonly ListedPackage[],
  previous: readonly Chunk[],
  make: (chunk: EntryChunk) => Chunk,
): readonly Chunk[] {
  const byFirst = new Map(previous.map((chunk) => [chunk.entries[0], chunk]));
  const chunks: Chunk[] = [];
  for (let at = 0; at < sorted.length; ) {
    const kept = byFirst.get(sorted[at]);
    const chunk = kept !== undefined && continues(kept, sorted, at) ? kept : make(nextChunk(type, sorted, at));
    chunks.push(chunk);
    at += chunk.entries.length;
  }
  return chunks;
}

function nextChunk(type: RepositoryType, sorted: readonly ListedPackage[], from: number): EntryChunk {
  for (let at = from; at < sorted.length; at += 1) {
    if (endsChunk(type, sorted[at] as ListedPackage)) return { entries: sorted.slice(from, at + 1), isClosed: true };
  }
  return { entries: sorted.slice(from), isClosed: false };
}

function continues(chunk: EntryChunk, sorted: readonly ListedPackage[], at: number): boolean {
  const end = at + chunk.entries.length;
  if (end > sorted.length || (!chunk.isClosed && end !== sorted.length)) return false;
  return chunk.entries.every((entry, offset) => entry === sorted[at + offset]);
}
