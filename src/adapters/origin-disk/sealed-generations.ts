import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RepositoryContent } from '../../domain/repository/generation.ts';
import {
  decodeGeneration,
  GenerationDamagedError,
  type GenerationRecord,
  generationDigest,
  type RepositoryRecord,
} from '../../domain/repository/generation-record.ts';
import type { LedgerChunk } from '../../domain/repository/package-ledger.ts';
import { knownInOrder } from '../../domain/repository/package-order.ts';
import type { GenerationSummary, SealedGeneration } from '../../ports/origin.ts';
import { GenerationNotSealedError } from '../../ports/origin-error.ts';
import { hasCode } from '../../system/has-code.ts';
import { LedgerFiles } from './ledger-files.ts';
import { numberOf, ORIGIN_PATHS } from './origin-paths.ts';

/** Generations remembered with their packages: what is live, its parent, what is being staged. */
const RECENT = 4;

const keyOf = ({ channel, number }: Pick<GenerationSummary, 'channel' | 'number'>): string => `${channel}/${number}`;

const summarise = (record: GenerationRecord, text: string): GenerationSummary => {
  const { channel, number, parent, release, date, journal } = record;
  return { channel, number, parent, release, date, journal, digest: generationDigest(text), record };
};

/** Sealed generations as they lie on disk. They never change, so what was read once is remembered. */
export class SealedGenerations {
  readonly #root: string;
  readonly #known = new Map<string, GenerationSummary>();
  readonly #recent = new Map<string, SealedGeneration>();
  readonly ledger = new LedgerFiles();

  constructor(root: string) {
    this.#root = root;
  }

  folder(channel: string, number: number): string {
    return join(this.#root, ORIGIN_PATHS.generation(channel, number));
  }

  async channels(): Promise<readonly string[]> {
    return (await this.#names(join(this.#root, ORIGIN_PATHS.channels))).filter((name) => !name.startsWith('.')).sort();
  }

  /** By number. A folder without `generation.json` is no generation. */
  async list(channel: string): Promise<readonly GenerationSummary[]> {
    const names = await this.#names(join(this.#root, ORIGIN_PATHS.channel(channel)));
    const numbers = names.map(numberOf).filter((number) => number !== undefined);
    this.#forgetSwept(channel, new Set(numbers));
    const found = await Promise.all(numbers.sort((a, b) => a - b).map((number) => this.find(channel, number)));
    return found.filter((summary) => summary !== undefined);
  }

  async find(channel: string, number: number): Promise<GenerationSummary | undefined> {
    const key = keyOf({ channel, number });
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const path = join(this.folder(channel, number), ORIGIN_PATHS.generationFile);
    let text: string;
    try {
      text = await readFile(path, 'utf8');
    } catch (error) {
      if (hasCode(error, 'ENOENT')) return undefined;
      throw error;
    }
    const record = decodeGeneration(text, path);
    if (record.channel !== channel || record.number !== number)
      throw new GenerationDamagedError(path, `it says generation ${record.number} of channel ${record.channel}`);
    const summary = summarise(record, text);
    this.#known.set(key, summary);
    return summary;
  }

  /** @throws {GenerationNotSealedError} */
  async get(channel: string, number: number): Promise<GenerationSummary> {
    const summary = await this.find(channel, number);
    if (summary === undefined) throw new GenerationNotSealedError(channel, number, this.#root);
    return summary;
  }

  /** With its packages. */
  async read(channel: string, number: number): Promise<SealedGeneration> {
    const key = keyOf({ channel, number });
    const recent = this.#recent.get(key);
    if (recent !== undefined) return recent;
    const summary = await this.get(channel, number);
    const repositories: Record<string, RepositoryContent> = {};
    for (const [name, record] of Object.entries(summary.record.repositories)) {
      const chunks = await this.chunks(summary, record);
      const { latest } = record;
      repositories[name] = {
        packages: knownInOrder(
          record.type,
          chunks.flatMap(({ entries }) => entries),
        ),
        ...(latest !== undefined && { latest }),
      };
    }
    return this.#remember({ ...summary, repositories });
  }

  /** A generation that was sealed here a moment ago: what was written is known, and need not be read again. */
  adopt(
    record: GenerationRecord,
    text: string,
    repositories: Readonly<Record<string, RepositoryContent>>,
  ): SealedGeneration {
    const summary = summarise(record, text);
    this.#known.set(keyOf(summary), summary);
    return this.#remember({ ...summary, repositories });
  }

  #remember(generation: SealedGeneration): SealedGeneration {
    this.#recent.delete(keyOf(generation));
    this.#recent.set(keyOf(generation), generation);
    for (const oldest of this.#recent.keys()) if (this.#recent.size > RECENT) this.#recent.delete(oldest);
    return generation;
  }

  /** The list of packages of one repository, as its chunks. */
  chunks({ channel, number }: GenerationSummary, record: RepositoryRecord): Promise<readonly LedgerChunk[]> {
    return this.ledger.read(join(this.folder(channel, number), ORIGIN_PATHS.ledger), record);
  }

  #forgetSwept(channel: string, there: ReadonlySet<number>): void {
    for (const [key, summary] of this.#known) {
      if (summary.channel !== channel || there.has(summary.number)) continue;
      this.#known.delete(key);
      this.#recent.delete(key);
    }
  }

  async #names(folder: string): Promise<readonly string[]> {
    try {
      return await readdir(folder);
    } catch (error) {
      if (hasCode(error, 'ENOENT')) return [];
      throw error;
    }
  }
}
