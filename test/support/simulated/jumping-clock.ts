import { type Instant, toInstant } from '../../../src/kernel/instant.ts';
import type { Clock } from '../../../src/ports/clock.ts';

interface Sleeper {
  readonly at: Instant;
  readonly wake: () => void;
}

/**
 * A clock that jumps to the next time somebody waits for, once everything that can happen now has happened. Hours pass in
 * milliseconds, and the order of events depends on their times alone.
 */
export class JumpingClock implements Clock {
  #now: Instant;
  readonly #sleepers = new Set<Sleeper>();
  #isJumping = false;

  constructor(now = Date.parse('2026-11-22T09:00:00Z')) {
    this.#now = toInstant(now);
  }

  now(): Instant {
    return this.#now;
  }

  sleepUntil(at: Instant, signal?: AbortSignal): Promise<void> {
    if (at <= this.#now || signal?.aborted === true) return Promise.resolve();
    return new Promise((resolve) => {
      const sleeper: Sleeper = {
        at,
        wake: () => {
          this.#sleepers.delete(sleeper);
          signal?.removeEventListener('abort', sleeper.wake);
          resolve();
        },
      };
      this.#sleepers.add(sleeper);
      signal?.addEventListener('abort', sleeper.wake);
      this.#jumpSoon();
    });
  }

  #jumpSoon(): void {
    if (this.#isJumping) return;
    this.#isJumping = true;
    setImmediate(() => {
      this.#isJumping = false;
      const next = Math.min(...[...this.#sleepers].map(({ at }) => at));
      if (!Number.isFinite(next)) return;
      this.#now = toInstant(Math.max(this.#now, next));
      for (const sleeper of [...this.#sleepers]) if (sleeper.at <= this.#now) sleeper.wake();
      if (this.#sleepers.size > 0) this.#jumpSoon();
    });
  }
}
