import { type Instant, toInstant } from '../../kernel/instant.ts';
import type { Clock } from '../../ports/clock.ts';

/** A wall clock can be stepped while we sleep: look again at least this often. */
const LOOK_AGAIN_MS = 60_000;

/** The machine's own time. */
export class SystemClock implements Clock {
  now(): Instant {
    return toInstant(Date.now());
  }

  async sleepUntil(at: Instant, signal?: AbortSignal): Promise<void> {
    for (;;) {
      const remainingMs = at - Date.now();
      if (remainingMs <= 0 || signal?.aborted === true) return;
      await sleep(Math.min(remainingMs, LOOK_AGAIN_MS), signal);
    }
  }
}

function sleep(durationMs: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, durationMs);
    signal?.addEventListener('abort', done, { once: true });
  });
}
