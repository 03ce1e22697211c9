import { type Instant, toInstant } from '../../../src/kernel/instant.ts';
import type { Clock } from '../../../src/ports/clock.ts';

/**
 * A clock that stands still until somebody waits for a time, or a test sets it. Heartbeats and alarms can be called off: they
 * wait for that, so that no time passes while a disk is slow.
 */
export class ReleaseClock implements Clock {
  #now: Instant;

  constructor(now = Date.parse('2026-11-22T09:00:00Z')) {
    this.#now = toInstant(now);
  }

  now(): Instant {
    return this.#now;
  }

  /** Forward, or back as a clock that was set. */
  pass(ms: number): void {
    this.#now = toInstant(this.#now + ms);
  }

  sleepUntil(at: Instant, signal?: AbortSignal): Promise<void> {
    if (signal === undefined) this.#now = toInstant(Math.max(this.#now, at));
    if (signal === undefined || signal.aborted) return Promise.resolve();
    return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
  }
}
