import type { Entry } from '../../domain/journal/entry.ts';
import { formatInstant } from '../../kernel/instant.ts';
import type { Journal } from '../../ports/journal.ts';
import { type JournalSelection, readAll } from './read-all.ts';

/**
 * Entries as NDJSON, oldest first, one a line, nothing left out: `position`, `stream`, `seq`, `at` (ISO 8601, UTC), `by`,
 * `type`, `v`, `data`, `prev`.
 */
export async function* exportJournal(journal: Journal, selection: JournalSelection = {}): AsyncGenerator<string> {
  for await (const entry of readAll(journal, selection)) yield toLine(entry);
}

function toLine({ position, stream, seq, at, by, type, v, data, prev }: Entry): string {
  return JSON.stringify({ position, stream, seq, at: formatInstant(at), by, type, v, data, prev });
}
