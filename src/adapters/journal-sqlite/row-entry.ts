import type { Entry } from '../../domain/journal/entry.ts';
import type { Sha256 } from '../../kernel/ids.ts';
import type { Instant } from '../../kernel/instant.ts';
import type { SqlRow } from './sqlite-connection.ts';

export const ENTRY_COLUMNS = 'position, stream, seq, at, type, v, data, by, prev';

/** A row of `ENTRY_COLUMNS` as an entry. @throws {SyntaxError} its data is not JSON: the file is damaged. */
export function rowToEntry([position, stream, seq, at, type, v, data, by, prev]: SqlRow): Entry {
  return {
    stream: stream as string,
    seq: seq as number,
    position: position as number,
    at: at as Instant,
    type: type as string,
    v: v as number,
    data: JSON.parse(data as string),
    by: by as string,
    prev: prev as Sha256 | null,
  };
}
