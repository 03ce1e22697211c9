import type { ClientEvidence } from '../../ports/repository-client.ts';
import { ReadProblem, WrongBytesProblem } from './read-problem.ts';

/** Collects what the reader did in one repository, and what came of it. */
export class EvidenceRows {
  readonly rows: ClientEvidence[] = [];
  readonly #repository: string;

  constructor(repository: string) {
    this.#repository = repository;
  }

  /** Reads something; `read` returns its result and a sentence about it. @returns the result, or undefined when it failed. */
  async read<Value>(did: string, read: () => Promise<readonly [Value, said: string]>): Promise<Value | undefined> {
    const startedAt = performance.now();
    try {
      const [value, said] = await read();
      this.#add(did, true, said, startedAt);
      return value;
    } catch (cause) {
      if (!(cause instanceof ReadProblem)) throw cause;
      this.#add(did, false, cause.message, startedAt);
      return undefined;
    }
  }

  /** Reads something spoiled, which must fail: a check that never refuses proves nothing. */
  async refuse(what: string, read: () => Promise<unknown>): Promise<void> {
    const startedAt = performance.now();
    try {
      await read();
      this.#add(`refuse ${what}`, false, `took ${what} as if it were whole`, startedAt);
    } catch (cause) {
      if (!(cause instanceof ReadProblem)) throw cause;
      this.#add(`refuse ${what}`, cause instanceof WrongBytesProblem, cause.message, startedAt);
    }
  }

  #add(did: string, passed: boolean, said: string, startedAt: number): void {
    const durationMs = Math.round(performance.now() - startedAt);
    this.rows.push({ client: 'reader', repository: this.#repository, did, passed, said, durationMs });
  }
}
