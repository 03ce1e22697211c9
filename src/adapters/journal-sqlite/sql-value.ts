/**
 * Columns for SELECT. In a damaged file any value can be text, and libsql ends the whole process at a text that is not
 * UTF-8: so texts are read as bytes, and what should be a number is read only if it is one.
 */
export const textColumn = (column: string): string => `CAST(${column} AS BLOB)`;
export const integerColumn = (column: string): string => `iif(typeof(${column}) = 'integer', ${column}, NULL)`;

export type SqlValue = string | number | ArrayBuffer | Uint8Array | null;
export type SqlRow = readonly SqlValue[];

/** A value that the schema does not allow: only a damaged file has one. */
export class DamagedValue extends Error {}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** @throws {DamagedValue} */
export function toText(value: SqlValue | undefined): string {
  // libsql gives an ArrayBuffer or a Buffer, depending on how the statement is asked.
  if (!(value instanceof ArrayBuffer || ArrayBuffer.isView(value))) throw new DamagedValue('a text is missing');
  try {
    return utf8.decode(value);
  } catch (cause) {
    throw new DamagedValue('a text is not UTF-8', { cause });
  }
}

/** @throws {DamagedValue} */
export function toInteger(value: SqlValue | undefined): number {
  if (!Number.isSafeInteger(value)) throw new DamagedValue('a number is missing');
  return value as number;
}

/** @throws {DamagedValue} */
export function toJson<Value>(text: string): Value {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new DamagedValue('a value is not JSON', { cause });
  }
}
