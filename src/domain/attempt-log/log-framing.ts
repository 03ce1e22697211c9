import type { Instant } from '../../kernel/instant.ts';
import { type LogStream, logRecordHeader } from './log-record.ts';

/** A line longer than this goes into several records: whoever reads the log needs no more memory than that. */
export const LONGEST_PAYLOAD = 16 * 1024;

const NEWLINE = 0x0a;

/** Makes log records of the bytes that one stream of one container brings, however they are cut. Holds at most one record back. */
export class LogFraming {
  readonly #container: string;
  readonly #stream: LogStream;
  #pending: Buffer = Buffer.alloc(0);

  constructor(container: string, stream: LogStream) {
    this.#container = container;
    this.#stream = stream;
  }

  get hasPending(): boolean {
    return this.#pending.length > 0;
  }

  /** The records that are complete now, ready to be written. */
  push(bytes: Buffer, at: Instant): Buffer {
    const all = this.#pending.length === 0 ? bytes : Buffer.concat([this.#pending, bytes]);
    const cuts = cutsOf(all);
    const end = cuts.at(-1)?.next ?? 0;
    this.#pending = Buffer.from(all.subarray(end));
    return this.#records(all, cuts, at);
  }

  /** The unfinished line, if there is one: the stream is silent, or (`isEnd`) over. Else a character that is not complete waits on. */
  flush(at: Instant, isEnd: boolean): Buffer {
    const all = this.#pending;
    const end = isEnd ? all.length : endOfCharacters(all, 0, all.length);
    if (end === 0) return Buffer.alloc(0);
    this.#pending = Buffer.from(all.subarray(end));
    return this.#records(all, [{ from: 0, to: end, next: end, isComplete: false }], at);
  }

  #records(bytes: Buffer, cuts: readonly Cut[], at: Instant): Buffer {
    const header = (isComplete: boolean) =>
      Buffer.from(logRecordHeader({ at, container: this.#container, stream: this.#stream, isComplete }));
    const ended = header(true);
    const open = header(false);
    const size = cuts.reduce((sum, { from, to }) => sum + ended.length + (to - from) + 1, 0);
    const records = Buffer.allocUnsafe(size);
    let written = 0;
    for (const { from, to, isComplete } of cuts) {
      written += (isComplete ? ended : open).copy(records, written);
      written += bytes.copy(records, written, from, to);
      records[written++] = NEWLINE;
    }
    return records;
  }
}

interface Cut {
  readonly from: number;
  readonly to: number;
  /** Where the next record begins. */
  readonly next: number;
  readonly isComplete: boolean;
}

function cutsOf(bytes: Buffer): readonly Cut[] {
  const cuts: Cut[] = [];
  let from = 0;
  for (;;) {
    const newline = bytes.indexOf(NEWLINE, from);
    const end = newline < 0 ? bytes.length : newline;
    while (end - from > LONGEST_PAYLOAD) {
      const to = endOfCharacters(bytes, from, from + LONGEST_PAYLOAD);
      cuts.push({ from, to, next: to, isComplete: false });
      from = to;
    }
    if (newline < 0) return cuts;
    cuts.push({ from, to: newline, next: newline + 1, isComplete: true });
    from = newline + 1;
  }
}

/** `to`, or up to three bytes before it where a UTF-8 character would be cut; bytes that are no UTF-8 are cut anywhere. */
function endOfCharacters(bytes: Buffer, from: number, to: number): number {
  for (let back = 1; back <= 3 && to - back >= from; back++) {
    const byte = bytes[to - back] as number;
    if (byte < 0x80) return to;
    if (byte >= 0xc0) {
      const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
      return length > back ? to - back : to;
    }
  }
  return to;
}
