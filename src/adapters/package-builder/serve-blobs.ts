import type { Sha256 } from '../../kernel/ids.ts';
import type { ArtifactStore } from '../../ports/artifact-store.ts';
import type { ToWorker } from './worker-messages.ts';

/** A piece that crosses to the worker is copied once; a store may hand out a whole blob at once. */
const PIECE_BYTES = 256 * 1024;

/** Gives blobs of the store to a worker, one piece for each question. */
export class BlobServer {
  readonly #store: Pick<ArtifactStore, 'open'>;
  readonly #open = new Map<number, AsyncIterator<Uint8Array>>();

  constructor(store: Pick<ArtifactStore, 'open'>) {
    this.#store = store;
  }

  /** The next piece of that blob; also ends with the errors of the store. */
  async next(blob: number, sha256: Sha256): Promise<ToWorker & { readonly chunk: Uint8Array<ArrayBuffer> | null }> {
    let pieces = this.#open.get(blob);
    if (!pieces) {
      pieces = piecesOf(this.#store.open(sha256));
      this.#open.set(blob, pieces);
    }
    const { done, value } = await pieces.next();
    if (done === true) this.#open.delete(blob);
    // A copy of its own: posting a view would send the whole buffer behind it.
    return { blob, chunk: done === true ? null : new Uint8Array(value) };
  }

  /** The worker wants no more of that blob. */
  async close(blob: number): Promise<void> {
    const pieces = this.#open.get(blob);
    this.#open.delete(blob);
    await pieces?.return?.();
  }

  /** Ends every blob that is still open: the worker is gone. */
  async closeAll(): Promise<void> {
    for (const blob of [...this.#open.keys()]) await this.close(blob);
  }
}

async function* piecesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks)
    for (let at = 0; at < chunk.length; at += PIECE_BYTES) yield chunk.subarray(at, at + PIECE_BYTES);
}
