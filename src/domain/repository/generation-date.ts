import { type Instant, toInstant } from '../../kernel/instant.ts';

/** apt refuses a `Date` more than 10 s ahead of its own clock; half of that is left for clocks that differ. */
const AHEAD_MS = 5_000;

const floorToSecond = (at: number): Instant => toInstant(Math.floor(at / 1000) * 1000);

/**
 * The date of the next generation: now, but at least one second after its parent's, in whole seconds. With an equal
 * second a client that asks `If-Modified-Since` would be told that nothing has changed; a clock that jumps back changes
 * nothing either.
 */
export function nextDate(now: Instant, parentDate: Instant | undefined): Instant {
  const today = floorToSecond(now);
  return parentDate === undefined ? today : toInstant(Math.max(today, floorToSecond(parentDate) + 1000));
}

/** How long to wait, in milliseconds, before a generation with that date may be shown: 0 unless it is over 5 s ahead. */
export const dateWaitMs = (date: Instant, now: Instant): number => Math.max(0, date - AHEAD_MS - now);
