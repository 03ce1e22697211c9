import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { LogLine } from '../../ports/executor.ts';
import { readLog } from './read-log.ts';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-log-'));
  path = join(folder, 'log');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const record = (text: string) => `2026-11-22T22:29:57.123Z run out| ${text}\n`;

/** Reads on until it has so many lines; each read of the file asks `hasEnded` first. */
const reader = (options: {
  from?: number;
  follow?: boolean;
  hasEnded?: () => Promise<boolean>;
  signal?: AbortSignal;
}) =>
  readLog(path, {
    from: options.from ?? 0,
    follow: options.follow ?? false,
    signal: options.signal ?? new AbortController().signal,
    hasEnded: options.hasEnded ?? (async () => false),
  });

async function all(lines: AsyncIterable<LogLine>): Promise<readonly LogLine[]> {
  const found: LogLine[] = [];
  for await (const line of lines) found.push(line);
  return found;
}

test('a record that is still being written is given once it is whole, and once only', async () => {
  const [whole, half] = [record('first'), record('second')];
  await writeFile(path, whole + half.slice(0, 20));
  let asked = 0;
  const hasEnded = async () => {
    asked += 1;
    if (asked === 3) await appendFile(path, half.slice(20));
    return asked >= 4;
  };
  const lines = await all(reader({ follow: true, hasEnded }));
  expect(lines.map(({ text }) => text)).toEqual(['first', 'second']);
  expect(lines.at(-1)?.next).toBe(whole.length + half.length);
});

test('without following, half a record of a running attempt is left for the next reader', async () => {
  await writeFile(path, record('first') + record('second').slice(0, -1));
  const lines = await all(reader({}));
  expect(lines.map(({ text }) => text)).toEqual(['first']);
  await appendFile(path, '\n');
  expect((await all(reader({ from: lines[0]!.next }))).map(({ text }) => text)).toEqual(['second']);
});

test('half a record at the end of a lost attempt is shown too: nothing comes after it', async () => {
  await writeFile(path, record('first') + record('second').slice(0, -3));
  const lines = await all(reader({ follow: true, hasEnded: async () => true }));
  expect(lines.map(({ text, isComplete }) => [text, isComplete])).toEqual([
    ['first', true],
    ['seco', false],
  ]);
});

test('every line tells where to go on: from there the rest comes, wherever that is', async () => {
  const texts = ['', 'a', 'größer', 'x'.repeat(20_000), '雪', 'last'];
  await writeFile(path, texts.map(record).join(''));
  const lines = await all(reader({}));
  expect(lines.map(({ text }) => text)).toEqual(texts);
  for (const [index, { next }] of lines.entries()) {
    expect((await all(reader({ from: next }))).map(({ text }) => text)).toEqual(texts.slice(index + 1));
  }
});

test('whoever stops following gets no more lines, in the middle of a log and at its end', async () => {
  await writeFile(path, record('first') + record('second'));
  const enough = new AbortController();
  const seen: string[] = [];
  for await (const { text } of reader({ follow: true, signal: enough.signal })) {
    seen.push(text);
    enough.abort();
  }
  expect(seen).toEqual(['first']);

  const later = new AbortController();
  const waiting = all(reader({ follow: true, signal: later.signal }));
  later.abort();
  expect((await waiting).length).toBeLessThanOrEqual(2);
});
