import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { endsChunk } from '../../domain/repository/entry-chunks.ts';
import { GenerationDamagedError, type RepositoryRecord } from '../../domain/repository/generation-record.ts';
import { decodeChunk, type LedgerChunk } from '../../domain/repository/package-ledger.ts';
import type { RepositoryType } from '../../domain/repository/package-order.ts';
import type { Sha256 } from '../../kernel/ids.ts';

/** Chunks remembered at once: a generation of 50,000 packages and its parent, within 100 MB. */
const REMEMBERED = 1_000;

/** Chunks of lists of packages. Neighbouring generations share nearly all of them, so each is read once. */
export class LedgerFiles {
  readonly #known = new Map<Sha256, LedgerChunk>();

  static fileName(sha256: Sha256): string {
    return `${sha256}.json.gz`;
  }

  /** @throws {GenerationDamagedError} a chunk is missing, damaged, or not one. */
  async read(folder: string, record: RepositoryRecord): Promise<readonly LedgerChunk[]> {
    return Promise.all(record.packages.map((sha256) => this.#chunk(folder, record.type, sha256)));
  }

  /** Keeps chunks that were made here: the next generation takes them over by identity. */
  remember(chunks: readonly LedgerChunk[]): void {
    for (const chunk of chunks) this.#keep(chunk);
  }

  async #chunk(folder: string, type: RepositoryType, sha256: Sha256): Promise<LedgerChunk> {
    const known = this.#known.get(sha256);
    if (known !== undefined) {
      this.#keep(known);
      return known;
    }
    const path = join(folder, LedgerFiles.fileName(sha256));
    try {
      const bytes = await readFile(path);
      if (createHash('sha256').update(bytes).digest('hex') !== sha256) throw new Error('its digest is not its name');
      const entries = decodeChunk(bytes);
      const last = entries.at(-1);
      return this.#keep({ sha256, bytes, entries, isClosed: last !== undefined && endsChunk(type, last) });
    } catch (cause) {
      throw new GenerationDamagedError(path, cause instanceof Error ? cause.message : String(cause), { cause });
    }
  }

  /** The least recently used one goes first. */
  #keep(chunk: LedgerChunk): LedgerChunk {
    this.#known.delete(chunk.sha256);
    this.#known.set(chunk.sha256, chunk);
    for (const oldest of this.#known.keys()) {
      if (this.#known.size <= REMEMBERED) break;
      this.#known.delete(oldest);
    }
    return chunk;
  }
}
