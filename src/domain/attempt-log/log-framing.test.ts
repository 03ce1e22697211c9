import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Instant } from '../../kernel/instant.ts';
import { LONGEST_PAYLOAD, LogFraming } from './log-framing.ts';
import { type LogRecord, parseLogRecord } from './log-record.ts';

const AT = Date.UTC(2026, 10, 22, 22, 29, 57, 123) as Instant;

/** Feeds the chunks (a number: that much silence) and gives the text of the log. */
function framed(chunks: readonly (Buffer | 'silence')[]): Buffer {
  const written: Buffer[] = [];
  const framing = new LogFraming('build', 'out', (records) => written.push(Buffer.from(records)));
  for (const chunk of chunks) {
    if (chunk === 'silence') framing.flush(AT, false);
    else framing.push(chunk, AT);
  }
  framing.flush(AT, true);
  return Buffer.concat(written);
}

function recordsOf(log: Buffer): readonly LogRecord[] {
  const records: LogRecord[] = [];
  for (let from = 0; from < log.length; ) {
    const end = log.indexOf(0x0a, from);
    const record = parseLogRecord(log.subarray(from, end));
    if (record === undefined) throw new Error(`no record: ${log.subarray(from, end).toString('latin1')}`);
    records.push(record);
    from = end + 1;
  }
  return records;
}

const bytesOf = (records: readonly LogRecord[]) =>
  Buffer.concat(records.flatMap(({ payload, isComplete }) => (isComplete ? [payload, Buffer.from('\n')] : [payload])));

test('a log can be read with less: time, container, stream, and what was said', () => {
  expect(framed([Buffer.from('compiled 14 files\n\nwait'), Buffer.from(' for it')]).toString()).toBe(
    '2026-11-22T22:29:57.123Z build out| compiled 14 files\n' +
      '2026-11-22T22:29:57.123Z build out| \n' +
      '2026-11-22T22:29:57.123Z build out+ wait for it\n',
  );
});

test('the bytes a command wrote can be had back from its log, whatever they are and however they came', () => {
  const chunk = fc.oneof(
    fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
    fc.constant(Buffer.from('\n')),
    fc.constant('silence' as const),
    fc.nat(3 * LONGEST_PAYLOAD).map((length) => Buffer.alloc(length, 'é')),
  );
  fc.assert(
    fc.property(fc.array(chunk, { maxLength: 12 }), (chunks) => {
      const records = recordsOf(framed(chunks));
      expect(bytesOf(records).equals(Buffer.concat(chunks.filter((one) => one !== 'silence')))).toBe(true);
      for (const { payload } of records) expect(payload.length).toBeLessThanOrEqual(LONGEST_PAYLOAD);
    }),
  );
});

test('no character is cut in two by a long line or by silence', () => {
  fc.assert(
    fc.property(fc.nat(3), fc.constantFrom('é', '雪', '🚢'), (shift, character) => {
      const line = Buffer.from('x'.repeat(shift) + character.repeat(LONGEST_PAYLOAD));
      const half = Buffer.from(character).subarray(0, 1);
      const records = recordsOf(framed([line, Buffer.from('\n'), half, 'silence', Buffer.from(character).subarray(1)]));
      for (const { payload } of records) expect(payload.toString('utf8')).not.toContain('\ufffd');
      expect(bytesOf(records).toString()).toBe(`${line}\n${character}`);
    }),
  );
});

test('a line that is no record is not taken for one', () => {
  for (const line of ['', 'hello', '2026-11-22T22:29:57.123Z build out', '2026-11-22 build out| x']) {
    expect(parseLogRecord(Buffer.from(line))).toBeUndefined();
  }
});
