/** Tells those who wait that something was appended. A mark taken before reading makes sure that no ring is missed. */
export class ChangeBell {
  #rings = 0;
  readonly #waiting = new Set<() => void>();

  mark(): number {
    return this.#rings;
  }

  ring(): void {
    this.#rings++;
    for (const wake of [...this.#waiting]) wake();
  }

  /** Resolves when the bell has rung after `mark`, or when `signal` aborts. */
  rungSince(mark: number, signal: AbortSignal): Promise<void> {
    if (this.#rings !== mark || signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = (): void => {
        this.#waiting.delete(wake);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      this.#waiting.add(wake);
      signal.addEventListener('abort', wake, { once: true });
    });
  }
}
