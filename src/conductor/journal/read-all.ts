import type { Entry, StreamName } from '../../domain/journal/entry.ts';
import type { Journal } from '../../ports/journal.ts';

const BATCH = 1000;

/** Which entries are wanted: those of a stream (`run/main-1.4`), of all streams of a kind (`run/`), or all. */
export interface JournalSelection {
  readonly stream?: StreamName;
}

/** The journal as it is now, in order of position, a batch in memory at a time. */
export async function* readAll(journal: Journal, { stream }: JournalSelection): AsyncGenerator<Entry> {
  const end = await journal.head(); // what others append meanwhile is not ours to chase
  for (let position = 0; position < end; ) {
    const batch = await journal.readFrom(position, BATCH);
    for (const entry of batch) if (entry.position <= end && isOf(entry, stream)) yield entry;
    position = batch.at(-1)?.position ?? end;
  }
}

const isOf = (entry: Entry, stream: StreamName | undefined): boolean =>
  stream === undefined || (stream.endsWith('/') ? entry.stream.startsWith(stream) : entry.stream === stream);
