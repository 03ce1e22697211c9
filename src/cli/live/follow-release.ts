import type { Entry } from '../../domain/journal/entry.ts';
import type { Journal } from '../../ports/journal.ts';

/** Facts about one release as they are recorded, by this process or another, until `signal` aborts. */
export async function* followRelease(
  journal: Journal,
  release: string,
  position: number,
  signal: AbortSignal,
): AsyncIterable<Entry> {
  const own = new Set([`release/${release}`, `run/${release}`]);
  for await (const entry of journal.follow(position, signal)) {
    const isMove = entry.stream.startsWith('target/') && entry.data['release'] === release;
    if (own.has(entry.stream) || isMove) yield entry;
  }
}
