/** How soon another process's append is seen. One look costs a few microseconds. */
const LOOK_EVERY_MS = 20;

interface Waiter {
  resolve(): void;
  reject(cause: unknown): void;
}

/**
 * Tells followers that something was appended: by us at once (`ring`), by other processes through a counter (SQLite's
 * `data_version`, which every commit of another connection moves) that is read while anybody waits.
 */
export class ChangeWatch {
  readonly #readCounter: () => number;
  readonly #waiting = new Set<Waiter>();
  #changes = 0;
  #counter: number | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(readCounter: () => number) {
    this.#readCounter = readCounter;
  }

  /** Take it before reading; what is appended from then on ends `changedSince`. */
  mark(): number {
    const counter = this.#readCounter();
    if (counter !== this.#counter) this.#changes++;
    this.#counter = counter;
    return this.#changes;
  }

  ring(): void {
    this.#changes++;
    this.#settle((waiter) => waiter.resolve());
  }

  /** Resolves when something was appended after `mark`, or when `signal` aborts; rejects when the counter cannot be read. */
  async changedSince(mark: number, signal: AbortSignal): Promise<void> {
    if (this.#changes !== mark || signal.aborted) return;
    const aborted = (): void => this.#settle((waiter) => waiter.resolve()); // the others look once more, and wait again
    signal.addEventListener('abort', aborted, { once: true });
    try {
      await new Promise<void>((resolve, reject) => {
        this.#waiting.add({ resolve, reject });
        this.#timer ??= setInterval(() => this.#look(), LOOK_EVERY_MS);
      });
    } finally {
      signal.removeEventListener('abort', aborted);
    }
  }

  #look(): void {
    try {
      const before = this.#changes;
      if (this.mark() !== before) this.#settle((waiter) => waiter.resolve());
    } catch (cause) {
      this.#settle((waiter) => waiter.reject(cause));
    }
  }

  #settle(how: (waiter: Waiter) => void): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    const waiters = [...this.#waiting];
    this.#waiting.clear();
    for (const waiter of waiters) how(waiter);
  }
}
