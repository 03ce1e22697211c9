import { createHash } from 'node:crypto';
import type { Sha256 } from '../../kernel/ids.ts';
import type { Instant } from '../../kernel/instant.ts';
import { canonicalJson } from '../../kernel/json.ts';
import type { Entry, NewEvent, StreamName } from './entry.ts';

/** Where a stream ends: how many entries it has, and the digest that its next entry will name as `prev`. */
export interface StreamHead {
  readonly stream: StreamName;
  /** 0: the stream does not exist. */
  readonly seq: number;
  /** Of the last entry; null when there is none. */
  readonly digest: Sha256 | null;
}

export const emptyHead = (stream: StreamName): StreamHead => ({ stream, seq: 0, digest: null });

/** An entry beside the canonical text of its data: the text is needed for the digest and for storing it. */
export interface ChainedEntry {
  readonly entry: Entry;
  readonly dataText: string;
}

interface Writes {
  readonly by: string;
  readonly at: Instant;
  readonly writes: readonly { readonly stream: StreamName; readonly events: readonly NewEvent[] }[];
}

/**
 * The digest that the stream's next entry names as `prev`: sha256 of the entry's canonical JSON. `dataText` is the
 * canonical JSON of `entry.data`, when it is at hand: it is most of the work.
 */
export function entryDigest(entry: Entry, dataText = canonicalJson(entry.data)): Sha256 {
  const prev = entry.prev === null ? 'null' : `"${entry.prev}"`;
  const text =
    `{"at":${entry.at},"by":${JSON.stringify(entry.by)},"data":${dataText},"position":${entry.position},"prev":${prev},` +
    `"seq":${entry.seq},"stream":${JSON.stringify(entry.stream)},"type":${JSON.stringify(entry.type)},"v":${entry.v}}`;
  return createHash('sha256').update(text).digest('hex') as Sha256;
}

/**
 * Turns events into entries: each gets its number, its position (the first after `afterPosition`) and the digest of the one
 * before it in its stream. `heads` is brought up to date.
 */
export function chainEntries(
  { by, at, writes }: Writes,
  heads: Map<StreamName, StreamHead>,
  afterPosition: number,
): readonly ChainedEntry[] {
  const chained: ChainedEntry[] = [];
  for (const { stream, events } of writes) {
    for (const event of events) {
      const head = heads.get(stream) ?? emptyHead(stream);
      const dataText = canonicalJson(event.data);
      const entry: Entry = {
        stream,
        seq: head.seq + 1,
        position: afterPosition + chained.length + 1,
        at,
        type: event.type,
        v: event.v,
        // What is returned now and what is read later are the same value: frozen, without `undefined` members.
        data: JSON.parse(dataText, (_, value: unknown) => Object.freeze(value)),
        by,
        prev: head.digest,
      };
      heads.set(stream, { stream, seq: entry.seq, digest: entryDigest(entry, dataText) });
      chained.push({ entry, dataText });
    }
  }
  return chained;
}
