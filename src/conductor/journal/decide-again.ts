import { JournalConflictError } from '../../ports/journal.ts';

/** Enough for any number of people and lines on one channel; more means that something appends in a loop. */
const TRIES = 50;

/** Somebody added a fact while this was being decided: reads again and decides again, from the beginning. */
export async function decideAgain<Result>(decide: () => Promise<Result>): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await decide();
    } catch (cause) {
      if (cause instanceof JournalConflictError && attempt < TRIES) continue;
      throw cause;
    }
  }
}
