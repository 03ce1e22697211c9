import { EVENT_CATALOGUE } from '../../domain/journal/event-catalog.ts';
import { type JournalFinding, nothingVerified, verifyEnd, verifyEntries } from '../../domain/journal/verify-entries.ts';
import type { Journal } from '../../ports/journal.ts';

const BATCH = 1000;

/**
 * Reads the whole journal and yields all that does not fit: numbering, digests, events, references. Nothing yielded: it is
 * as it was written. Give it the journal itself, not `readAsToday`. What is appended meanwhile is checked too.
 */
export async function* verifyJournal(journal: Journal): AsyncGenerator<JournalFinding, { readonly entries: number }> {
  const verified = nothingVerified();
  let entries = 0;
  for (;;) {
    const batch = await journal.readFrom(verified.position, BATCH);
    yield* verifyEntries(verified, batch, EVENT_CATALOGUE);
    entries += batch.length;
    if (batch.length > 0) continue;
    // Where the streams end counts only if nothing was appended since the last entry that we have read.
    const heads = await journal.streams('');
    if ((await journal.readFrom(verified.position, 1)).length > 0) continue;
    yield* verifyEnd(verified, heads);
    return { entries };
  }
}
