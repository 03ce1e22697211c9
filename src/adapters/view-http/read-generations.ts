import { readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeGeneration, type GenerationRecord } from '../../domain/repository/generation-record.ts';
import type { View } from './view-map.ts';

/** A path of a generation, links resolved: `gen/stable/41/apt/index.html`. */
const INSIDE_GENERATION = /^gen\/([^/]+)\/(\d+)\/([^/]+)\/(.+)$/;

/** Reads the records of sealed generations. They never change, so each is read once. */
export class GenerationReader {
  readonly #root: string;
  readonly #read = new Map<string, Promise<GenerationRecord>>();

  constructor(root: string) {
    this.#root = root;
  }

  /** The host that a file's text names, to be replaced by this view's; undefined for all files that are the same everywhere. */
  async baseNamedBy(resolvedPath: string): Promise<string | undefined> {
    const [, channel = '', number = '', repository = '', inside = ''] = INSIDE_GENERATION.exec(resolvedPath) ?? [];
    if (channel === '') return undefined;
    const record = await this.#record(channel, number);
    return record.repositories[repository]?.namesBase.includes(inside) ? record.base : undefined;
  }

  /** The folder that `latest` means in a repository of this view; undefined when nothing is promoted. */
  async latestOf(view: View, channel: string, repository: string): Promise<string | undefined> {
    const number = view !== 'live' && view.channel === channel ? String(view.number) : await this.#current(channel);
    if (number === undefined) return undefined;
    return (await this.#record(channel, number)).repositories[repository]?.latest;
  }

  async #current(channel: string): Promise<string | undefined> {
    try {
      return await readlink(join(this.#root, 'gen', channel, 'current'));
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined; // nothing was promoted yet
      throw cause;
    }
  }

  #record(channel: string, number: string): Promise<GenerationRecord> {
    const path = join(this.#root, 'gen', channel, number, 'generation.json');
    const known = this.#read.get(path);
    if (known) return known;
    const reading = readFile(path, 'utf8').then((text) => decodeGeneration(text, path));
    this.#read.set(path, reading);
    reading.catch(() => this.#read.delete(path)); // the reader of this promise is told; the next one tries again
    return reading;
  }
}
