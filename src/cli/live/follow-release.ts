import type { Entry } from '../../domain/journal/entry.ts';
import { releaseStream, runStream } from '../../domain/journal/streams.ts';
import type { Journal } from '../../ports/journal.ts';

const BATCH = 500;

/**
 * Facts about one release as they are recorded, by this process or another, until `signal` aborts; and then those that were
 * recorded before that moment and had not been told yet.
 */
export async function* followRelease(
  journal: Journal,
  release: string,
  position: number,
  signal: AbortSignal,
): AsyncIterable<Entry> {
  const own = new Set([releaseStream(release), runStream(release)]);
  const isOurs = (entry: Entry): boolean => own.has(entry.stream) || isMoveOf(entry, release);
  let after = position;
  for await (const entry of journal.follow(position, signal)) {
    after = entry.position;
    if (isOurs(entry)) yield entry;
  }
  for (;;) {
    const rest = await journal.readFrom(after, BATCH);
    if (rest.length === 0) return;
    for (const entry of rest) if (isOurs(entry)) yield entry;
    after = rest.at(-1)?.position ?? after;
  }
}

/** Of a pointer's moves only intents name their release; receipts name the effect key, whose second part it is. */
const isMoveOf = ({ stream, data }: Entry, release: string): boolean =>
  stream.startsWith('target/') && (data['release'] === release || String(data['key']).split('/')[1] === release);
