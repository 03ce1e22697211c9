import type { IncomingHttpHeaders } from 'node:http';

/** What identifies the bytes of an answer (RFC 9110, 8.8). */
export interface Validators {
  /** Strong, with its quotes. */
  readonly etag: string;
  /** Whole seconds since the epoch. */
  readonly modifiedS: number;
}

/** The client has these bytes already: answer 304 (RFC 9110, 13.1). */
export function isUnchanged(headers: IncomingHttpHeaders, { etag, modifiedS }: Validators): boolean {
  const match = headers['if-none-match'];
  if (match !== undefined)
    return match.split(',').some((candidate) => ['*', etag].includes(candidate.trim().replace(/^W\//, '')));
  const since = Date.parse(headers['if-modified-since'] ?? '');
  return Number.isFinite(since) && modifiedS * 1000 <= since;
}

export type ByteRange = { readonly start: number; readonly end: number } | 'whole' | 'unsatisfiable';

/**
 * The one range a client asks for (RFC 9110, 14.2), ends included. Several ranges, or a range of other bytes (`If-Range`), are
 * answered with the whole file.
 */
export function requestedRange(headers: IncomingHttpHeaders, sizeBytes: number, validators: Validators): ByteRange {
  const asked = /^bytes=(\d*)-(\d*)$/.exec(headers.range?.trim() ?? '');
  if (!asked || (asked[1] === '' && asked[2] === '')) return 'whole';
  const ifRange = headers['if-range'];
  if (typeof ifRange === 'string' && ifRange !== validators.etag && Date.parse(ifRange) !== validators.modifiedS * 1000)
    return 'whole';
  const [, first, last] = asked;
  if (first === '') {
    const length = Math.min(Number(last), sizeBytes);
    return length === 0 ? 'unsatisfiable' : { start: sizeBytes - length, end: sizeBytes - 1 };
  }
  const start = Number(first);
  const end = last === '' ? sizeBytes - 1 : Math.min(Number(last), sizeBytes - 1);
  if (last !== '' && Number(last) < start) return 'whole'; // not a range at all
  return start < sizeBytes ? { start, end } : 'unsatisfiable';
}
