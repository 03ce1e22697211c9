import { createHash, type Hash } from 'node:crypto';
import type { Sha256 } from '../../../kernel/ids.ts';
import { cutChunks, type EntryChunk } from '../entry-chunks.ts';
import type { ListedPackage } from '../generation.ts';
import { gzipMember } from '../gzip-member.ts';
import { packagesStanza } from './packages-stanza.ts';

/** A part of `Packages`, plain and as one gzip member. */
interface StanzaChunk extends EntryChunk {
  readonly plain: Buffer;
  readonly member: Buffer;
}

/** The state of a digest after some chunks: hashing goes on from the first chunk that differs, not from the beginning. */
interface HashedPrefix {
  readonly sizeBytes: number;
  readonly hash: Hash;
}

/** One `Packages` index: what is served, and the sizes and digests that `Release` lists. */
export interface PackagesIndex {
  readonly gzip: { readonly bytes: Buffer; readonly sha256: Sha256 };
  /** The open text is listed in `Release` and never served: apt wants to know it, and only fetches the compressed one. */
  readonly plain: { readonly sizeBytes: number; readonly sha256: Sha256 };
  readonly chunks: readonly StanzaChunk[];
  readonly prefixes: readonly HashedPrefix[];
}

/** The index of these packages (sorted). Chunks that `previous` has already are joined again, not compressed again. */
export function packagesIndex(sorted: readonly ListedPackage[], previous?: PackagesIndex): PackagesIndex {
  const chunks = cutChunks('apt', sorted, previous?.chunks ?? [], renderChunk);
  const prefixes = hashPrefixes(chunks, previous);
  const { sizeBytes, hash } = prefixes.at(-1) ?? NOTHING;
  const bytes = chunks.length === 0 ? gzipMember(Buffer.alloc(0)) : Buffer.concat(chunks.map(({ member }) => member));
  return {
    gzip: { bytes, sha256: createHash('sha256').update(bytes).digest('hex') as Sha256 },
    plain: { sizeBytes, sha256: hash.copy().digest('hex') as Sha256 },
    chunks,
    prefixes,
  };
}

const NOTHING: HashedPrefix = { sizeBytes: 0, hash: createHash('sha256') };

function hashPrefixes(chunks: readonly StanzaChunk[], previous: PackagesIndex | undefined): readonly HashedPrefix[] {
  const differsAt = chunks.findIndex((chunk, at) => chunk !== previous?.chunks[at]);
  const prefixes = (previous?.prefixes ?? []).slice(0, differsAt < 0 ? chunks.length : differsAt);
  for (const { plain } of chunks.slice(prefixes.length)) {
    const { sizeBytes, hash } = prefixes.at(-1) ?? NOTHING;
    prefixes.push({ sizeBytes: sizeBytes + plain.length, hash: hash.copy().update(plain) });
  }
  return prefixes;
}

function renderChunk(chunk: EntryChunk): StanzaChunk {
  const plain = Buffer.from(chunk.entries.map(packagesStanza).join(''));
  return { ...chunk, plain, member: gzipMember(plain) };
}
