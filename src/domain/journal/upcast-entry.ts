import { EXIT } from '../../kernel/exit-code.ts';
import { SlipwayError } from '../../kernel/slipway-error.ts';
import type { Entry } from './entry.ts';
import type { EventDefinitions } from './event-definition.ts';

/**
 * The journal holds an event that this version of Slipway does not know: a newer one has worked on this release. Nothing
 * was written. Go on with the newer version; acting without understanding what it recorded could do things twice.
 */
export class JournalEventNewerError extends SlipwayError {
  readonly code = 'SLIP_JOURNAL_EVENT_NEWER';
  override readonly exitCode = EXIT.refused;

  constructor({ type, v, stream, seq }: Entry, known: number | undefined) {
    const knows = known === undefined ? 'does not know that event' : `knows versions up to ${known}`;
    super(
      `Entry ${seq} of journal stream "${stream}" is "${type}" version ${v}; this Slipway ${knows}.`,
      'Run the newer Slipway that recorded it.',
    );
  }
}

/** How an entry's event stands to what this program knows. @throws {JournalEventNewerError} */
export function ageOfEvent(entry: Entry, versions: Readonly<Record<string, number>>): 'current' | 'old' {
  const known = Object.hasOwn(versions, entry.type) ? versions[entry.type] : undefined;
  if (known === undefined || entry.v > known) throw new JournalEventNewerError(entry, known);
  return entry.v === known ? 'current' : 'old';
}

/**
 * An entry as today's rules read it: its data goes through every version up to the current one. The recorded entry stays
 * as it is, and its digest is that of what was recorded.
 * @throws {JournalEventNewerError} its type or version is not in the table.
 */
export function upcastEntry(entry: Entry, definitions: EventDefinitions): Entry {
  const definition = Object.hasOwn(definitions, entry.type) ? definitions[entry.type] : undefined;
  if (definition === undefined || entry.v > definition.v) throw new JournalEventNewerError(entry, definition?.v);
  let { v, data } = entry;
  for (; v < definition.v; v++) {
    const upcast = definition.upcasts?.[v];
    if (upcast === undefined) throw new TypeError(`the event "${entry.type}" has no upcast from version ${v}`);
    data = upcast(data);
  }
  return v === entry.v ? entry : { ...entry, v, data };
}
