import type { RunState } from '../../domain/run/run-state.ts';
import type { AttemptName } from '../../kernel/ids.ts';
import type { Executor, LogLine } from '../../ports/executor.ts';

/** Of an attempt that ran before we came, this much of its log is shown. */
const EARLIER_BYTES = 16 * 1024;

interface Following {
  readonly step: string;
  readonly over: AbortController;
  readonly done: Promise<void>;
}

/** How much of one attempt's log is told at the most; `reached` is called once, with the first line that is not. */
export interface Most {
  readonly lines: number;
  readonly characters: number;
  reached(step: string, line: LogLine): void;
}

/** Follows the logs of a release's attempts, each until it has ended and all of it is read. */
export class AttemptLogs {
  readonly #executor: Executor;
  readonly #onLine: (step: string, line: LogLine) => void;
  readonly #most: Most | undefined;
  readonly #followings = new Map<AttemptName, Following>();

  constructor(executor: Executor, onLine: (step: string, line: LogLine) => void, most?: Most) {
    this.#executor = executor;
    this.#onLine = onLine;
    this.#most = most;
  }

  /** Attempts that run already: another process began them, or this one in an earlier life. */
  followRunning(run: RunState): void {
    for (const { id, attempts } of run.steps.values()) {
      const attempt = attempts.at(-1);
      if (attempt?.status === 'accepted') this.follow(id, attempt.name, { lastBytes: EARLIER_BYTES });
    }
  }

  follow(step: string, attempt: AttemptName, from: { readonly lastBytes?: number } = {}): void {
    if (this.#followings.has(attempt)) return;
    const over = new AbortController();
    const done = this.#read(step, attempt, { ...from, signal: over.signal });
    done.catch(() => undefined); // thrown to whoever waits for it; nobody may be waiting yet
    this.#followings.set(attempt, { step, over, done });
  }

  /** Resolves when the logs of that step are read to their end. */
  async ended(step: string): Promise<void> {
    const followings = [...this.#followings.values()].filter((row) => row.step === step);
    await Promise.all(followings.map((row) => row.done));
  }

  /** Reads what has ended to its end, and lets go of what runs on. */
  async finish(): Promise<void> {
    for (const [attempt, { over, done }] of this.#followings) {
      if ((await this.#executor.lookup(attempt)).state === 'running') over.abort();
      await done;
    }
  }

  /** Lets go of all of them, wherever they are. */
  async leave(): Promise<void> {
    for (const { over } of this.#followings.values()) over.abort();
    await Promise.all([...this.#followings.values()].map(({ done }) => done));
  }

  async #read(step: string, attempt: AttemptName, options: { lastBytes?: number; signal: AbortSignal }): Promise<void> {
    let [lines, characters] = [0, 0];
    for await (const line of this.#executor.logs(attempt, { ...options, follow: true })) {
      if (this.#most !== undefined && (lines >= this.#most.lines || characters >= this.#most.characters))
        return this.#most.reached(step, line);
      this.#onLine(step, line);
      lines += 1;
      characters += line.text.length;
    }
  }
}
