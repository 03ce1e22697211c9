import { SlipwayError } from '../../kernel/slipway-error.ts';
import type { NewEvent, StreamName } from './entry.ts';

/**
 * Slipway was about to record something that the journal could not give back as it was: a stream or a name with control
 * characters, an event without a type. Nothing was written. It is a defect of Slipway, or a user name that cannot be
 * printed; please report it.
 */
export class JournalAppendError extends SlipwayError {
  readonly code = 'SLIP_JOURNAL_APPEND';

  constructor(what: string) {
    super(`The journal cannot record this: ${what}.`, 'Report this as a defect of Slipway, with the message above.');
  }
}

interface Names {
  readonly by: string;
  readonly at: number;
  readonly writes: readonly {
    readonly stream: StreamName;
    readonly expectedSeq: number;
    readonly events: readonly NewEvent[];
  }[];
}

/** `calendar`, `run/weekly-2.294`, `target/weekly/tree`: one word, then anything that can be printed. */
const STREAM = /^[a-z]+(?:\/[^\p{Cc}\p{Cs}]+)?$/u;
const PRINTABLE = /^[^\p{Cc}\p{Cs}]+$/u;

/** @throws {JournalAppendError} for what would not come back as it was written. */
export function checkAppend({ by, at, writes }: Names): void {
  if (!PRINTABLE.test(by)) throw new JournalAppendError(`"by" is ${JSON.stringify(by)}`);
  if (!Number.isSafeInteger(at)) throw new JournalAppendError(`"at" is ${at}, not whole milliseconds`);
  for (const { stream, expectedSeq, events } of writes) {
    if (!STREAM.test(stream)) throw new JournalAppendError(`${JSON.stringify(stream)} is not the name of a stream`);
    if (!Number.isSafeInteger(expectedSeq) || expectedSeq < 0)
      throw new JournalAppendError(`the expected entry of "${stream}" is ${expectedSeq}`);
    for (const { type, v } of events) {
      if (!PRINTABLE.test(type) || !Number.isSafeInteger(v) || v < 1)
        throw new JournalAppendError(`${JSON.stringify(type)} version ${v} in "${stream}" is not an event`);
    }
  }
}
