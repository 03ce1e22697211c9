import type { JsonValue } from '../../kernel/json.ts';
import { canonicalJson } from '../../kernel/json.ts';
import { emptyHead, entryDigest, type StreamHead } from './chain.ts';
import type { Entry, StreamName } from './entry.ts';
import { REFERRED_FIELDS, referencesOf } from './entry-references.ts';
import type { EventDefinitions } from './event-definition.ts';
import { JournalEventNewerError, upcastEntry } from './upcast-entry.ts';

/** Something in the journal that does not fit. */
export interface JournalFinding {
  readonly stream: StreamName;
  /** The entry it was found at; for an entry that is missing, the seq it would have. */
  readonly seq: number;
  readonly problem: 'order' | 'sequence' | 'digest' | 'event' | 'reference';
  /** One sentence. */
  readonly says: string;
}

/** What has been read so far. Its size grows with streams and intents, not with what entries hold. */
export interface Verified {
  position: number;
  readonly heads: Map<StreamName, StreamHead>;
  /** Entries that others refer to. */
  readonly present: Set<string>;
  readonly awaited: { readonly key: string; readonly finding: JournalFinding }[];
}

export const nothingVerified = (): Verified => ({ position: 0, heads: new Map(), present: new Set(), awaited: [] });

/**
 * Checks the journal's next entries, in order of position: positions grow, each stream counts 1, 2, 3, each entry names
 * the digest of the one before it, its event is one of the catalogue and its data has that shape. `verified` goes on.
 */
export function verifyEntries(
  verified: Verified,
  entries: readonly Entry[],
  catalog: EventDefinitions,
): readonly JournalFinding[] {
  return entries.flatMap((entry) => [...verifyPlace(verified, entry), ...verifyEvent(verified, entry, catalog)]);
}

/** After the last entry: where the journal says each stream ends, and references to what never came. */
export function verifyEnd(verified: Verified, heads: readonly StreamHead[]): readonly JournalFinding[] {
  const findings: JournalFinding[] = [];
  const said = new Map(heads.map((head) => [head.stream, head]));
  for (const stream of new Set([...said.keys(), ...verified.heads.keys()])) {
    const { seq, digest } = verified.heads.get(stream) ?? emptyHead(stream);
    const end = said.get(stream) ?? emptyHead(stream);
    if (end.seq > seq)
      findings.push({
        stream,
        seq: end.seq,
        problem: 'sequence',
        says: `the journal counts ${end.seq} entries, ${seq} are there`,
      });
    else if (end.seq < seq)
      findings.push({ stream, seq, problem: 'sequence', says: `the journal counts ${end.seq} entries only` });
    else if (end.digest !== digest)
      findings.push({
        stream,
        seq,
        problem: 'digest',
        says: 'the entry is not the one that was recorded: it was changed',
      });
  }
  return [
    ...findings,
    ...verified.awaited.filter(({ key }) => !verified.present.has(key)).map(({ finding }) => finding),
  ];
}

function verifyPlace(verified: Verified, entry: Entry): readonly JournalFinding[] {
  const { stream, seq, position, prev } = entry;
  const findings: JournalFinding[] = [];
  const found = (problem: JournalFinding['problem'], says: string): number =>
    findings.push({ stream, seq, problem, says });
  if (position <= verified.position) found('order', `position ${position} comes after position ${verified.position}`);
  const head = verified.heads.get(stream) ?? emptyHead(stream);
  if (seq !== head.seq + 1) found('sequence', `it follows entry ${head.seq}: ${describeGap(head.seq, seq)}`);
  else if (prev !== head.digest)
    found('digest', head.seq === 0 ? 'the first entry names one before it' : `entry ${head.seq} before it was changed`);
  verified.position = Math.max(position, verified.position);
  verified.heads.set(stream, { stream, seq, digest: entryDigest(entry) });
  return findings;
}

const describeGap = (before: number, seq: number): string =>
  seq > before + 1 ? `${seq - before - 1} removed` : 'counted twice';

function verifyEvent(verified: Verified, entry: Entry, catalog: EventDefinitions): readonly JournalFinding[] {
  const { stream, seq } = entry;
  let current: Entry;
  try {
    current = upcastEntry(entry, catalog);
  } catch (cause) {
    if (cause instanceof JournalEventNewerError) return [{ stream, seq, problem: 'event', says: cause.message }];
    throw cause;
  }
  const parsed = catalog[current.type]?.data.safeParse(current.data);
  if (parsed?.success !== true) {
    const issues = parsed?.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ');
    return [{ stream, seq, problem: 'event', says: `the data of "${entry.type}" has another shape: ${issues}` }];
  }
  remember(verified, current);
  return [];
}

function remember(verified: Verified, entry: Entry): void {
  const { stream, seq, type } = entry;
  verified.present.add(stream);
  const field = REFERRED_FIELDS[type];
  if (field !== undefined) verified.present.add(keyOf(stream, type, field, entry.data[field]));
  for (const reference of referencesOf(entry)) {
    const { entry: other } = reference;
    const key = other ? keyOf(reference.stream, other.type, other.field, other.value) : reference.stream;
    if (verified.present.has(key)) continue;
    const what = other
      ? `"${other.type}" with ${other.field} ${canonicalJson(other.value)} in stream "${reference.stream}"`
      : `stream "${reference.stream}"`;
    const says = `"${type}" refers to ${what}, which is not there`;
    verified.awaited.push({ key, finding: { stream, seq, problem: 'reference', says } });
  }
}

const keyOf = (stream: StreamName, type: string, field: string, value: JsonValue | undefined): string =>
  `${stream}\n${type}\n${field}\n${canonicalJson(value)}`;
