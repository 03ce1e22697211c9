import type { AttemptExit } from '../../domain/run/attempt.ts';

/** The first reason to end an attempt early; later ones change nothing. */
export class Ending {
  readonly #controller = new AbortController();
  #exit: AttemptExit | undefined;

  /** Aborts when the commands shall end. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** What the attempt's exit is then. */
  get exit(): AttemptExit | undefined {
    return this.#exit;
  }

  end(exit: AttemptExit): void {
    if (this.#exit !== undefined) return;
    this.#exit = exit;
    this.#controller.abort();
  }
}
