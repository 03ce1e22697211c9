import type { Instant } from '../../kernel/instant.ts';
import { type LogStream, logRecordHeader } from './log-record.ts';

/** A line longer than this goes into several records: whoever reads the log needs no more memory than that. */
export const LONGEST_PAYLOAD = 16 * 1024;

/** Room for the longest record and a few more: records are handed on in blocks of this size. */
const BLOCK_BYTES = 4 * LONGEST_PAYLOAD;

const NEWLINE = 0x0a;

/**
 * Makes log records of the bytes that one stream of one container brings, however they are cut. Holds at most one record back.
 * Finished records go to `write` in blocks; a block is used again afterwards, so that gigabytes make no garbage.
 */
export class LogFraming {
  readonly #container: string;
  readonly #stream: LogStream;
  readonly #write: (records: Buffer) => void;
  readonly #block = Buffer.allocUnsafeSlow(BLOCK_BYTES);
  #used = 0;
  #pending: Buffer = Buffer.alloc(0);

  constructor(container: string, stream: LogStream, write: (records: Buffer) => void) {
    this.#container = container;
    this.#stream = stream;
    this.#write = write;
  }

  get hasPending(): boolean {
    return this.#pending.length > 0;
  }

  /** Writes every line that is complete now, and what is too long to wait for its end. */
  push(bytes: Buffer, at: Instant): void {
    const all = this.#pending.length === 0 ? bytes : Buffer.concat([this.#pending, bytes]);
    const ended = this.#header(at, true);
    const open = this.#header(at, false);
    let from = 0;
    for (;;) {
      const newline = all.indexOf(NEWLINE, from);
      const end = newline < 0 ? all.length : newline;
      while (end - from > LONGEST_PAYLOAD) {
        const to = endOfCharacters(all, from, from + LONGEST_PAYLOAD);
        this.#add(open, all, from, to);
        from = to;
      }
      if (newline < 0) break;
      this.#add(ended, all, from, newline);
      from = newline + 1;
    }
    this.#pending = Buffer.from(all.subarray(from)); // a copy: a view would keep all of it in memory
    this.#handOn();
  }

  /** Writes the unfinished line, if there is one: the stream is silent, or (`isEnd`) over. Else half a character waits on. */
  flush(at: Instant, isEnd: boolean): void {
    const all = this.#pending;
    const end = isEnd ? all.length : endOfCharacters(all, 0, all.length);
    if (end === 0) return;
    this.#add(this.#header(at, false), all, 0, end);
    this.#pending = Buffer.from(all.subarray(end));
    this.#handOn();
  }

  #header(at: Instant, isComplete: boolean): Buffer {
    return Buffer.from(logRecordHeader({ at, container: this.#container, stream: this.#stream, isComplete }));
  }

  #add(header: Buffer, bytes: Buffer, from: number, to: number): void {
    if (this.#used + header.length + (to - from) + 1 > BLOCK_BYTES) this.#handOn();
    this.#used += header.copy(this.#block, this.#used);
    this.#used += bytes.copy(this.#block, this.#used, from, to);
    this.#block[this.#used++] = NEWLINE;
  }

  #handOn(): void {
    const used = this.#used;
    this.#used = 0;
    if (used > 0) this.#write(this.#block.subarray(0, used));
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
