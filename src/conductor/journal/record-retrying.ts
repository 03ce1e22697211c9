import type { Entry, NewEvent, StreamName } from '../../domain/journal/entry.ts';
import type { Instant } from '../../kernel/instant.ts';
import type { Append, Journal } from '../../ports/journal.ts';
import { decideAgain } from './decide-again.ts';

interface StreamAppend extends Omit<Append, 'writes' | 'by' | 'at'> {
  readonly by: string;
  readonly at: Instant;
  readonly events: readonly NewEvent[];
}

/** Reads a stream and lets `decide` look at it and append to it; again, when somebody else has added a fact in between. */
export async function recordRetrying<Result>(
  journal: Journal,
  stream: StreamName,
  decide: (entries: readonly Entry[], append: (request: StreamAppend) => Promise<readonly Entry[]>) => Promise<Result>,
): Promise<Result> {
  return await decideAgain(async () => {
    const entries = await journal.read(stream);
    const expectedSeq = entries.at(-1)?.seq ?? 0;
    return await decide(entries, ({ events, ...rest }) =>
      journal.append({ ...rest, writes: [{ stream, expectedSeq, events }] }),
    );
  });
}
