import type { Entry } from '../../domain/journal/entry.ts';
import type { Journal } from '../../ports/journal.ts';

const BATCH = 1000;

/** The whole journal as it is now, in order of position, a batch in memory at a time. */
export async function* readAll(journal: Journal): AsyncGenerator<Entry> {
  const end = await journal.head(); // what others append meanwhile is not ours to chase
  for (let position = 0; position < end; ) {
    const batch = await journal.readFrom(position, BATCH);
    for (const entry of batch) if (entry.position <= end) yield entry;
    position = batch.at(-1)?.position ?? end;
  }
}
