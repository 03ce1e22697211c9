import { createHash } from 'node:crypto';
import { formatTree, makeTree, parseTree, type Tree } from '../../src/domain/artifact/tree.ts';
import type { Sha256 } from '../../src/kernel/ids.ts';
import type { Blob } from '../../src/ports/artifact-store.ts';
import { ArtifactDigestError, ArtifactMissingError } from '../../src/ports/artifact-store-error.ts';

/** Blobs and trees in memory, for tests with ten thousand of them: the disk is not what they are about. */
export class MemoryArtifacts {
  readonly #blobs = new Map<Sha256, Buffer>();

  async put(bytes: AsyncIterable<Uint8Array> | Uint8Array, expected?: Sha256): Promise<Blob> {
    const chunks: Uint8Array[] = [];
    if (bytes instanceof Uint8Array) chunks.push(bytes);
    else for await (const chunk of bytes) chunks.push(Buffer.from(chunk));
    const whole = Buffer.concat(chunks);
    const sha256 = createHash('sha256').update(whole).digest('hex') as Sha256;
    if (expected !== undefined && sha256 !== expected) throw new ArtifactDigestError('The bytes', expected, sha256);
    this.#blobs.set(sha256, whole);
    return { sha256, sizeBytes: whole.length };
  }

  /** In small pieces, so that whatever reads them cannot count on how they are cut. */
  async *open(sha256: Sha256): AsyncGenerator<Uint8Array> {
    const bytes = this.#blobs.get(sha256);
    if (!bytes) throw new ArtifactMissingError(sha256, 'memory');
    for (let at = 0; at < bytes.length; at += 1000) yield bytes.subarray(at, at + 1000);
  }

  async storeTree(entries: Tree): Promise<{ readonly sha256: Sha256 }> {
    return await this.put(Buffer.from(formatTree(makeTree(entries))));
  }

  async readTree(sha256: Sha256): Promise<Tree> {
    return parseTree(this.#blobs.get(sha256)?.toString('utf8') ?? '', sha256);
  }
}
