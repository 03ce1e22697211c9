import { entryDigest } from '../../domain/journal/chain.ts';
import type { Entry } from '../../domain/journal/entry.ts';
import type { Sha256 } from '../../kernel/ids.ts';
import type { Instant } from '../../kernel/instant.ts';
import type { JsonObject } from '../../kernel/json.ts';
import { integerColumn, type SqlRow, textColumn, toInteger, toJson, toText } from './sql-value.ts';

export const INSERTED_COLUMNS = 'position, stream, seq, at, type, v, data, by, prev';
export const SELECTED_COLUMNS = [
  'position',
  textColumn('stream'),
  ...['seq', 'at'].map(integerColumn),
  textColumn('type'),
  integerColumn('v'),
  ...['data', 'by', 'prev'].map(textColumn),
].join(', ');

/** An entry beside its own digest, which the next one of its stream names. */
export interface ReadEntry {
  readonly entry: Entry;
  digest(): Sha256;
}

/** A row of `SELECTED_COLUMNS`. @throws {DamagedValue} */
export function rowToEntry([position, stream, seq, at, type, v, data, by, prev]: SqlRow): ReadEntry {
  const dataText = toText(data);
  const entry: Entry = {
    stream: toText(stream),
    seq: toInteger(seq),
    position: toInteger(position),
    at: toInteger(at) as Instant,
    type: toText(type),
    v: toInteger(v),
    data: toJson<JsonObject>(dataText),
    by: toText(by),
    prev: prev === null ? null : (toText(prev) as Sha256),
  };
  return { entry, digest: () => entryDigest(entry, dataText) };
}
