import { expect, test } from 'vitest';
import { FixedClock } from '../../../test/support/fixed-clock.ts';
import { MemoryJournal } from '../../adapters/journal-memory/memory-journal.ts';
import { toInstant } from '../../kernel/instant.ts';
import type { Executor, LogLine } from '../../ports/executor.ts';
import type { Terminal } from '../context.ts';
import { printPlainLines } from './plain-lines.ts';

const AT = toInstant(Date.parse('2026-11-22T12:00:00Z'));
const line = (text: string): LogLine => ({ next: 0, at: AT, container: 'run', stream: 'out', text, isComplete: true });

/** A log that gives its last line when `finish` is called: slower than the facts of the journal. */
function slowLog() {
  let finish = (): void => undefined;
  const finished = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const logs = async function* (): AsyncIterable<LogLine> {
    yield line('first');
    await finished;
    yield line('last');
  };
  return { finish, executor: { logs, lookup: async () => ({ state: 'exited' }) } as unknown as Executor };
}

const scene = () => {
  const journal = new MemoryJournal({ id: 'ab'.repeat(16), processes: { isGone: () => false } });
  const told: string[] = [];
  const terminal = { err: (text: string) => told.push(text) } as unknown as Terminal;
  const record = (expectedSeq: number, type: string, data: Record<string, string | readonly string[]>) =>
    journal.append({
      by: 'conductor',
      at: AT,
      writes: [{ stream: 'run/main-1.1', expectedSeq, events: [{ type, v: 1, data }] }],
    });
  return { journal, told, terminal, record, clock: new FixedClock(AT) };
};

const progress = { release: 'main-1.1', goal: 'end', position: 0 } as const;

test('a step is said to be done after the last line of its log, however slow that is', async () => {
  const { journal, told, terminal, record, clock } = scene();
  const { executor, finish } = slowLog();
  const over = new AbortController();
  const printing = printPlainLines(terminal, { journal, executor, clock }, progress, over.signal);
  await record(0, 'attempt.accepted', { step: 'deb', attempt: 'slw-main-1.1-deb-1' });
  await record(1, 'step.succeeded', { step: 'deb', files: [], tree: 'ab'.repeat(32) });
  await expect.poll(() => told).toEqual(['12:00:00 deb> first']);
  over.abort();
  finish();
  await printing;
  expect(told).toEqual(['12:00:00 deb> first', '12:00:00 deb> last', '12:00:00 main-1.1 deb: done']);
});

test('of a log without end the first lines are told, and where the others are; nothing waits for the rest', async () => {
  const { journal, told, terminal, record, clock } = scene();
  const logs = async function* (): AsyncIterable<LogLine> {
    for (let at = 1; at < 100_000; at += 1) yield line(`line ${at}`);
    throw new Error('it was read to its end');
  };
  const executor = { logs, lookup: async () => ({ state: 'exited' }) } as unknown as Executor;
  await record(0, 'attempt.accepted', { step: 'deb', attempt: 'slw-main-1.1-deb-1' });
  await record(1, 'step.succeeded', { step: 'deb', files: [], tree: 'ab'.repeat(32) });
  await printPlainLines(terminal, { journal, executor, clock }, progress, AbortSignal.abort());
  expect(told).toHaveLength(50_002);
  expect(told.at(-3)).toBe('12:00:00 deb> line 50000');
  expect(told.at(-2)).toBe(
    '12:00:00 main-1.1 deb: more lines follow and are not shown here: slipway logs main-1.1/deb',
  );
  expect(told.at(-1)).toBe('12:00:00 main-1.1 deb: done');
});

test('what was recorded before the work was over is told, also when nobody had time to tell it', async () => {
  const { journal, told, terminal, record, clock } = scene();
  const { executor, finish } = slowLog();
  finish();
  await record(0, 'cancel.requested', { reason: 'wrong branch' });
  await printPlainLines(terminal, { journal, executor, clock }, progress, AbortSignal.abort());
  expect(told).toEqual([expect.stringContaining('cancel requested')]);
});
