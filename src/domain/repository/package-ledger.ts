import { createHash } from 'node:crypto';
import { constants, gunzipSync } from 'node:zlib';
import type { Sha256 } from '../../kernel/ids.ts';
import { cutChunks, type EntryChunk } from './entry-chunks.ts';
import type { ListedPackage } from './generation.ts';
import { gzipMember } from './gzip-member.ts';
import type { RepositoryType } from './package-order.ts';

/** A part of a generation's list of packages, as `generation.json` names it: sha256 of the gzip file that holds it. */
export interface LedgerChunk extends EntryChunk {
  readonly sha256: Sha256;
  readonly bytes: Buffer;
}

/**
 * The sorted packages of a repository as chunks, one compressed JSON file each. A generation names 40 digests instead of
 * 5,000, and shares all chunks but one with its parent.
 */
export const ledgerChunks = (
  type: RepositoryType,
  sorted: readonly ListedPackage[],
  previous: readonly LedgerChunk[],
): readonly LedgerChunk[] => cutChunks(type, sorted, previous, encodeChunk);

function encodeChunk(chunk: EntryChunk): LedgerChunk {
  const text = JSON.stringify(chunk.entries.map(toRecord));
  const bytes = gzipMember(Buffer.from(`${text}\n`), constants.Z_BEST_SPEED); // read by Slipway alone: speed before size
  return { ...chunk, bytes, sha256: createHash('sha256').update(bytes).digest('hex') as Sha256 };
}

/** The members of an entry in their one order, whatever made the object: the same list has the same digest. */
const toRecord = (listed: ListedPackage): ListedPackage => ({
  package: listed.package,
  fileName: listed.fileName,
  sha256: listed.sha256,
  sizeBytes: listed.sizeBytes,
  facts: toFacts(listed.facts),
  release: listed.release,
  version: listed.version,
  revision: listed.revision,
  releasedAt: listed.releasedAt,
  ...(listed.signature !== undefined && { signature: listed.signature }),
});

function toFacts(facts: ListedPackage['facts']): ListedPackage['facts'] {
  if (facts.format === 'deb') {
    const { format, name, version, arch, control } = facts;
    return { format, name, version, arch, control };
  }
  return facts.format === 'file' ? { format: 'file' } : { format: facts.format, entries: facts.entries };
}

/**
 * Reads a chunk back whose digest is the one that `generation.json` names: so these are the bytes that were written, in the
 * shape that its schema number stands for, and need no second look at each of 5,000 entries.
 * @throws {Error} when it is not one: the caller knows its path and says so.
 */
export function decodeChunk(bytes: Buffer): readonly ListedPackage[] {
  const entries: unknown = JSON.parse(gunzipSync(bytes).toString('utf8'));
  if (!Array.isArray(entries) || entries.length === 0) throw new Error('it is not a list of packages');
  return entries as readonly ListedPackage[];
}
