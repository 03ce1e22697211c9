import type { Instant } from '../kernel/instant.ts';

/** Time, as an input. The real clock and the simulator's implement it; no rule reads any other. */
export interface Clock {
  now(): Instant;
  /** Resolves at `at` (at once when it has passed), or when `signal` aborts; never rejects. */
  sleepUntil(at: Instant, signal?: AbortSignal): Promise<void>;
}
