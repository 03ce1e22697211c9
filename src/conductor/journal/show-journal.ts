import type { Entry } from '../../domain/journal/entry.ts';
import { formatInstant } from '../../kernel/instant.ts';
import type { JsonValue } from '../../kernel/json.ts';
import type { Journal } from '../../ports/journal.ts';
import { type JournalSelection, readAll } from './read-all.ts';

/** Longer values are cut: `slipway journal export` has them whole. */
const LONGEST_VALUE = 60;

/** Entries, oldest first, one readable line each. */
export async function* showJournal(journal: Journal, selection: JournalSelection = {}): AsyncGenerator<string> {
  for await (const entry of readAll(journal, selection)) yield describeEntry(entry);
}

/** `12  2026-11-22T22:29:57.000Z  line/main#2  version.allocated  by alice  version=1.0 release=main-1.0` */
export function describeEntry({ position, at, stream, seq, type, v, by, data }: Entry): string {
  const values = Object.entries(data).map(([name, value]) => `${name}=${shorten(value)}`);
  const version = v === 1 ? '' : ` v${v}`;
  return printable(
    [`${position}`, formatInstant(at), `${stream}#${seq}`, `${type}${version}`, `by ${by}`, values.join(' ')]
      .join('  ')
      .trimEnd(),
  );
}

function shorten(value: JsonValue | undefined): string {
  const text = typeof value === 'string' && /^\S+$/.test(value) ? value : (JSON.stringify(value) ?? '');
  return text.length <= LONGEST_VALUE ? text : `${text.slice(0, LONGEST_VALUE - 1)}…`;
}

/** What a step printed may be in an event: a terminal must not obey it. */
const printable = (line: string): string =>
  line.replace(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u${character.codePointAt(0)?.toString(16).padStart(4, '0')}`,
  );
