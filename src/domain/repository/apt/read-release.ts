import { isSha256, type Sha256 } from '../../../kernel/ids.ts';
import { type Instant, toInstant } from '../../../kernel/instant.ts';
import { readParagraphs } from './read-paragraphs.ts';
import { isInside } from './read-stanza.ts';

/** A `Release` file as a client understands it. Only ever read from text whose signature was good. */
export interface ReadRelease {
  readonly suite: string;
  readonly codename: string;
  readonly date: Instant;
  readonly validUntil: Instant | undefined;
  readonly architectures: readonly string[];
  readonly components: readonly string[];
  readonly acquireByHash: boolean;
  /** By path below the folder of `Release`. */
  readonly files: ReadonlyMap<string, { readonly sha256: Sha256; readonly sizeBytes: number }>;
}

/** @throws {RangeError} what in it cannot be understood. */
export function readRelease(text: string): ReadRelease {
  const [paragraph, second] = readParagraphs(text);
  if (!paragraph || second) throw new RangeError('Release is not one paragraph');
  const words = (field: string) => (paragraph.get(field) ?? '').split(/\s+/).filter(Boolean);
  const validUntil = paragraph.get('valid-until');
  return {
    suite: paragraph.get('suite') ?? '',
    codename: paragraph.get('codename') ?? '',
    date: readDate('Date', paragraph.get('date') ?? ''),
    validUntil: validUntil === undefined ? undefined : readDate('Valid-Until', validUntil),
    architectures: words('architectures'),
    components: words('components'),
    acquireByHash: paragraph.get('acquire-by-hash') === 'yes',
    files: readFiles(paragraph.get('sha256') ?? ''),
  };
}

/** `Sun, 22 Nov 2026 22:29:57 UTC` (RFC 2822 with the one zone that apt takes everywhere). */
function readDate(field: string, value: string): Instant {
  const epochMs = /^\w{3}, \d{1,2} \w{3} \d{4} \d\d:\d\d:\d\d (UTC|GMT|Z|\+0000)$/.test(value)
    ? Date.parse(value)
    : Number.NaN;
  if (Number.isNaN(epochMs)) throw new RangeError(`${field} is not a date in UTC: "${value}"`);
  return toInstant(epochMs);
}

function readFiles(list: string): ReadRelease['files'] {
  const files = new Map<string, { sha256: Sha256; sizeBytes: number }>();
  for (const line of list.split('\n').filter((entry) => entry !== '')) {
    const [sha256 = '', size = '', path = '', more] = line.split(/\s+/);
    if (!isSha256(sha256) || !/^\d{1,15}$/.test(size) || !isInside(path) || more !== undefined)
      throw new RangeError(`Release lists "${line.slice(0, 120)}", which is not a digest, a size and a path`);
    if (files.has(path)) throw new RangeError(`Release lists ${path} twice`);
    files.set(path, { sha256, sizeBytes: Number(size) });
  }
  return files;
}
