import { createHash } from 'node:crypto';
import { formatTree, makeTree, parseTree, type Tree } from '../../../src/domain/artifact/tree.ts';
import type { Sha256 } from '../../../src/kernel/ids.ts';
import type { ArtifactStore, Blob } from '../../../src/ports/artifact-store.ts';
import type { StoredTree, TreeStore } from '../../../src/ports/tree-store.ts';

const digest = (bytes: Uint8Array): Sha256 => createHash('sha256').update(bytes).digest('hex') as Sha256;

/** Content-addressed bytes and trees in memory: what runs ask of a store, without a disk. */
export class MemoryStore
  implements Pick<ArtifactStore, 'put' | 'open' | 'read' | 'stat'>, Pick<TreeStore, 'storeTree' | 'readTree'>
{
  readonly #blobs = new Map<Sha256, Buffer>();

  async put(bytes: AsyncIterable<Uint8Array> | Uint8Array): Promise<Blob> {
    const chunks: Uint8Array[] = [];
    if (bytes instanceof Uint8Array) chunks.push(bytes);
    else for await (const chunk of bytes) chunks.push(chunk);
    const whole = Buffer.concat(chunks);
    const sha256 = digest(whole);
    this.#blobs.set(sha256, whole);
    return { sha256, sizeBytes: whole.length };
  }

  async *open(sha256: Sha256): AsyncIterable<Uint8Array> {
    yield await this.read(sha256);
  }

  async read(sha256: Sha256): Promise<Buffer> {
    const bytes = this.#blobs.get(sha256);
    if (bytes === undefined) throw new Error(`${sha256} is not in the store`);
    return bytes;
  }

  async stat(sha256: Sha256): Promise<Blob | undefined> {
    const bytes = this.#blobs.get(sha256);
    return bytes && { sha256, sizeBytes: bytes.length };
  }

  async storeTree(entries: Tree): Promise<StoredTree> {
    const tree = makeTree(entries);
    const { sha256 } = await this.put(Buffer.from(formatTree(tree)));
    return { sha256, tree, emptyFolders: [] };
  }

  async readTree(sha256: Sha256): Promise<Tree> {
    return parseTree((await this.read(sha256)).toString('utf8'), sha256);
  }

  /** As a disk that loses a file. */
  lose(sha256: Sha256): void {
    this.#blobs.delete(sha256);
  }
}
