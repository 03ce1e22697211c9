import { type Instant, toInstant } from '../../src/kernel/instant.ts';
import type { Clock } from '../../src/ports/clock.ts';

/** A clock that shows what the test sets; sleeping ends when the clock is moved past its end. */
export class FixedClock implements Clock {
  #now: Instant;
  #sleepers: { at: Instant; wake: () => void }[] = [];

  constructor(now: string | number) {
    this.#now = toInstant(typeof now === 'number' ? now : Date.parse(now));
  }

  now(): Instant {
    return this.#now;
  }

  set(now: string | number): void {
    this.#now = toInstant(typeof now === 'number' ? now : Date.parse(now));
    const due = this.#sleepers.filter(({ at }) => at <= this.#now);
    this.#sleepers = this.#sleepers.filter(({ at }) => at > this.#now);
    for (const { wake } of due) wake();
  }

  sleepUntil(at: Instant, signal?: AbortSignal): Promise<void> {
    if (at <= this.#now || signal?.aborted) return Promise.resolve();
    return new Promise((wake) => {
      this.#sleepers.push({ at, wake });
      signal?.addEventListener('abort', () => wake(), { once: true });
    });
  }
}
