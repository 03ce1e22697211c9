import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { z } from 'zod';
import { isSha256, type Sha256 } from '../../kernel/ids.ts';
import { toInstant } from '../../kernel/instant.ts';
import { canonicalJson, type JsonObject } from '../../kernel/json.ts';
import { cutChunks, type EntryChunk } from './entry-chunks.ts';
import type { ListedPackage } from './generation.ts';
import { gzipMember } from './gzip-member.ts';
import type { RepositoryType } from './package-order.ts';

/** A part of a generation's list of packages, as `generation.json` names it: sha256 of the gzip file that holds it. */
export interface LedgerChunk extends EntryChunk {
  readonly sha256: Sha256;
  readonly bytes: Buffer;
}

const digestText = z.string().refine(isSha256);
const listedPackage = z.strictObject({
  package: z.string(),
  fileName: z.string(),
  sha256: digestText,
  sizeBytes: z.int().nonnegative(),
  facts: z.discriminatedUnion('format', [
    z.strictObject({
      format: z.literal('deb'),
      name: z.string(),
      version: z.string(),
      arch: z.string(),
      control: z.string(),
    }),
    z.strictObject({ format: z.enum(['tar', 'zip']), entries: z.int().nonnegative() }),
    z.strictObject({ format: z.literal('file') }),
  ]),
  release: z.string(),
  version: z.string(),
  revision: z.int().positive(),
  releasedAt: z.int().transform(toInstant),
  signature: digestText.optional(),
});
const ledgerText = z.array(listedPackage);

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
  const bytes = gzipMember(Buffer.from(`${canonicalJson(chunk.entries as unknown as JsonObject[])}\n`));
  return { ...chunk, bytes, sha256: createHash('sha256').update(bytes).digest('hex') as Sha256 };
}

/** Reads a chunk back. @throws {Error} when it is not one: the caller knows its path and says so. */
export function decodeChunk(bytes: Buffer): readonly ListedPackage[] {
  const text = gunzipSync(bytes).toString('utf8');
  return ledgerText.parse(JSON.parse(text)) as readonly ListedPackage[];
}
