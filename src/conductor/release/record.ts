import type { Entry, NewEvent, StreamName } from '../../domain/journal/entry.ts';
import type { Instant } from '../../kernel/instant.ts';
import { type Append, type Journal, JournalConflictError } from '../../ports/journal.ts';

interface StreamAppend extends Omit<Append, 'writes' | 'by' | 'at'> {
  readonly by: string;
  readonly at: Instant;
  readonly events: readonly NewEvent[];
}

/** Enough for any number of people and lines on one channel; more means that something appends in a loop. */
const TRIES = 50;

/**
 * Reads a stream, lets `decide` look at it and append to it, and asks it again with the newer facts whenever somebody else
 * has added one in between.
 */
export async function recordRetrying<Result>(
  journal: Journal,
  stream: StreamName,
  decide: (entries: readonly Entry[], append: (request: StreamAppend) => Promise<readonly Entry[]>) => Promise<Result>,
): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    const entries = await journal.read(stream);
    const expectedSeq = entries.at(-1)?.seq ?? 0;
    try {
      return await decide(entries, ({ events, ...rest }) =>
        journal.append({ ...rest, writes: [{ stream, expectedSeq, events }] }),
      );
    } catch (cause) {
      if (cause instanceof JournalConflictError && attempt < TRIES) continue;
      throw cause;
    }
  }
}
