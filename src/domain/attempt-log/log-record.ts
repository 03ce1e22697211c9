import type { Instant } from '../../kernel/instant.ts';

/**
 * A record of an attempt's log, one line of the file:
 *
 *     2026-11-22T22:29:57.123Z build out| compiled 14 files
 *
 * time, container, stream (`out`, `err`), a mark, one space, the bytes as the command wrote them (secrets masked). Mark `|`: the
 * command ended the line here. Mark `+`: it did not (a very long line, a prompt, the end of its output), and the next record of
 * that container and stream goes on with it. So `less` can read it, and the bytes can be had back: those of `|` and a
 * newline, those of `+` as they are. What Slipway itself has to say stands under container `slipway`.
 */
export interface LogRecord {
  readonly at: Instant;
  readonly container: string;
  readonly stream: LogStream;
  readonly isComplete: boolean;
  readonly payload: Buffer;
}

export type LogStream = 'out' | 'err';

/** Under this name an agent writes what it has to say about the attempt. */
export const AGENT_VOICE = 'slipway';

const HEADER = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z) ([^ ]+) (out|err)([|+]) /;
const LONGEST_HEADER = 160;

/** What stands before the bytes of a record. */
export function logRecordHeader(record: Omit<LogRecord, 'payload'>): string {
  const mark = record.isComplete ? '|' : '+';
  return `${new Date(record.at).toISOString()} ${record.container} ${record.stream}${mark} `;
}

/** Reads one line (without its newline); undefined when it is not a record. */
export function parseLogRecord(line: Buffer): LogRecord | undefined {
  const match = HEADER.exec(line.toString('latin1', 0, LONGEST_HEADER));
  if (match === null) return undefined;
  const [header, at, container, stream, mark] = match as unknown as [string, string, string, LogStream, string];
  return {
    at: Date.parse(at) as Instant,
    container,
    stream,
    isComplete: mark === '|',
    payload: line.subarray(header.length),
  };
}
