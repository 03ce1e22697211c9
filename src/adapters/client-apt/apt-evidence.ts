import type { ClientEvidence } from '../../ports/repository-client.ts';
import type { RunResult } from './run-bounded.ts';

const KEPT_LINES = 20;

/** apt's word for "refused or failed". */
const REFUSED = 100;

/** The last lines a client said: what an engineer would have seen on a terminal. */
export const lastLines = (said: string): string =>
  said
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(-KEPT_LINES)
    .join('\n');

/** Collects what apt did in one repository. */
export class AptEvidence {
  readonly rows: ClientEvidence[] = [];
  readonly #client: string;
  readonly #repository: string;

  constructor(client: string, repository: string) {
    this.#client = client;
    this.#repository = repository;
  }

  /** Runs something that must work. */
  async record(did: string, run: () => Promise<RunResult>): Promise<RunResult> {
    const startedAt = performance.now();
    const result = await run();
    this.#add(did, result.exitCode === 0, result, startedAt);
    return result;
  }

  /** Runs something that apt must refuse, for the reason that `why` looks for: a server that is gone is no refusal. */
  async refuse(what: string, why: RegExp, run: () => Promise<RunResult>): Promise<void> {
    const startedAt = performance.now();
    const result = await run();
    this.#add(`refuse ${what}`, result.exitCode === REFUSED && why.test(result.said), result, startedAt);
  }

  #add(did: string, passed: boolean, { exitCode, said }: RunResult, startedAt: number): void {
    const durationMs = Math.round(performance.now() - startedAt);
    const row = { did, passed, exitCode, said: lastLines(said), durationMs };
    this.rows.push({ client: this.#client, repository: this.#repository, ...row });
  }
}
