import { type FileHandle, open } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { AGENT_VOICE, parseLogRecord } from '../../domain/attempt-log/log-record.ts';
import type { Instant } from '../../kernel/instant.ts';
import type { LogLine } from '../../ports/executor.ts';
import { hasCode } from '../../system/has-code.ts';

const CHUNK_BYTES = 256 * 1024;
const POLL_MS = 50;
/** No record is longer; what is, is damage, and is shown in pieces. */
const LONGEST_RECORD_BYTES = 64 * 1024;
const NEWLINE = 0x0a;

export interface ReadLogOptions {
  readonly from: number;
  /** Nothing that lies further from the end. */
  readonly lastBytes?: number;
  readonly follow: boolean;
  readonly signal: AbortSignal;
  /** Has the attempt ended, so that no byte comes any more? */
  hasEnded(): Promise<boolean>;
}

/** Lines of a log file from a byte offset. While somebody writes, only whole records are given; at the end all that is there. */
export async function* readLog(path: string, options: ReadLogOptions): AsyncGenerator<LogLine> {
  let next: number | undefined;
  for (;;) {
    // Asked before reading: what is not there after that is not coming.
    const hasEnded = await options.hasEnded();
    const file = await openLog(path);
    if (file !== undefined) {
      try {
        next ??= await firstRecord(file, options);
        for await (const line of linesOf(file, next, hasEnded, options.signal)) {
          next = line.next;
          yield line;
        }
      } finally {
        await file.close();
      }
    }
    if (hasEnded || !options.follow || options.signal.aborted) return;
    await sleep(POLL_MS, undefined, { signal: options.signal }).catch(() => undefined); // aborted: the loop ends
    if (options.signal.aborted) return;
  }
}

/** The offset asked for, or that of the first whole record near enough to the end. */
async function firstRecord(
  file: FileHandle,
  { from, lastBytes = Number.POSITIVE_INFINITY }: ReadLogOptions,
): Promise<number> {
  const { size } = await file.stat();
  if (size - lastBytes <= from) return from;
  // The byte before: if it is a newline, a record begins right there.
  const start = size - lastBytes - 1;
  const chunk = Buffer.allocUnsafe(LONGEST_RECORD_BYTES);
  const { bytesRead } = await file.read(chunk, 0, chunk.length, start);
  return start + chunk.subarray(0, bytesRead).indexOf(NEWLINE) + 1;
}

async function openLog(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, 'r');
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined; // it has not begun
    throw error;
  }
}

async function* linesOf(
  file: FileHandle,
  from: number,
  hasEnded: boolean,
  signal: AbortSignal,
): AsyncGenerator<LogLine> {
  let carry: Buffer = Buffer.alloc(0);
  let offset = from; // of the first byte of `carry`
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  while (!signal.aborted) {
    const { bytesRead } = await file.read(chunk, 0, CHUNK_BYTES, offset + carry.length);
    if (bytesRead === 0) break;
    const bytes = Buffer.concat([carry, chunk.subarray(0, bytesRead)]);
    let at = 0;
    for (let end = endOfRecord(bytes, at); end >= 0; end = endOfRecord(bytes, at)) {
      const line = lineOf(bytes.subarray(at, end), offset + end);
      at = end;
      yield line;
      if (signal.aborted) return;
    }
    carry = bytes.subarray(at);
    offset += at;
  }
  // The writer was killed, or the disk was full, in the middle of a record.
  if (hasEnded && carry.length > 0 && !signal.aborted)
    yield { ...lineOf(carry, offset + carry.length), isComplete: false };
}

/** Where the record that begins at `at` ends, its newline included; -1 when that is not known yet. */
function endOfRecord(bytes: Buffer, at: number): number {
  const newline = bytes.indexOf(NEWLINE, at);
  if (newline >= 0 && newline - at <= LONGEST_RECORD_BYTES) return newline + 1;
  return bytes.length - at > LONGEST_RECORD_BYTES ? at + LONGEST_RECORD_BYTES : -1;
}

function lineOf(bytes: Buffer, next: number): LogLine {
  const line = bytes.at(-1) === NEWLINE ? bytes.subarray(0, -1) : bytes;
  const record = parseLogRecord(line);
  // Text we do not understand is shown word for word.
  if (record === undefined) {
    return {
      next,
      at: 0 as Instant,
      container: AGENT_VOICE,
      stream: 'err',
      text: line.toString('utf8'),
      isComplete: true,
    };
  }
  const { at, container, stream, payload, isComplete } = record;
  return { next, at, container, stream, text: payload.toString('utf8'), isComplete };
}
