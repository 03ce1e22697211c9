import type { Sha256 } from '../../kernel/ids.ts';
import type { ArtifactStore } from '../../ports/artifact-store.ts';
import type { ToWorker } from './worker-messages.ts';

/** A piece that crosses to the worker is copied once; a store may hand out a whole blob at once. */
const PIECE_BYTES = 256 * 1024;

/** Gives blobs of the store to a worker, one piece for each question. */
export class BlobServer {
  readonly #store: Pick<ArtifactStore, 'open'>;
  readonly #open = new Map<number, { readonly pieces: AsyncIterator<Uint8Array>; next: IteratorResult<Uint8Array> }>();

  constructor(store: Pick<ArtifactStore, 'open'>) {
    this.#store = store;
  }

  /**
   * The next piece of that blob; also ends with the errors of the store. One piece is read ahead: so the last one can say that it
   * is, and its digest has been checked by then.
   */
  async next(blob: number, sha256: Sha256): Promise<ToWorker> {
    let reading = this.#open.get(blob);
    if (!reading) {
      const pieces = piecesOf(this.#store.open(sha256));
      reading = { pieces, next: await pieces.next() };
      this.#open.set(blob, reading);
    }
    const { done, value } = reading.next;
    // A copy of its own: posting a view would send the whole buffer behind it.
    const chunk = new Uint8Array(done === true ? [] : value);
    if (done !== true) reading.next = await reading.pieces.next();
    const isLast = reading.next.done === true;
    if (isLast) this.#open.delete(blob);
    return { blob, chunk, isLast };
  }

  /** The worker wants no more of that blob. */
  async close(blob: number): Promise<void> {
    const reading = this.#open.get(blob);
    this.#open.delete(blob);
    await reading?.pieces.return?.();
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
