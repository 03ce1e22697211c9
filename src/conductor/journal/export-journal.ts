import type { Entry, StreamName } from '../../domain/journal/entry.ts';
import { formatInstant } from '../../kernel/instant.ts';
import type { Journal } from '../../ports/journal.ts';
import { readAll } from './read-all.ts';

/**
 * Entries as NDJSON, oldest first, one a line, nothing left out: `position`, `stream`, `seq`, `at` (ISO 8601, UTC), `by`,
 * `type`, `v`, `data`, `prev`. With `stream` only those of that one.
 */
export async function* exportJournal(
  journal: Journal,
  { stream }: { stream?: StreamName } = {},
): AsyncGenerator<string> {
  for await (const entry of readAll(journal)) if (stream === undefined || entry.stream === stream) yield toLine(entry);
}

function toLine({ position, stream, seq, at, by, type, v, data, prev }: Entry): string {
  return JSON.stringify({ position, stream, seq, at: formatInstant(at), by, type, v, data, prev });
}
