import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { StatusRow } from '../../domain/release/status-report.ts';
import { toInstant } from '../../kernel/instant.ts';
import { formatRow, formatTime } from './format-row.ts';
import { paint } from './paint.ts';
import { cutToWidth, textWidth } from './text-width.ts';

const now = toInstant(Date.parse('2026-11-22T22:30:00Z'));
const plain = paint(false);
const row = (more: Partial<StatusRow>): StatusRow => ({
  id: 'deb',
  state: 'to-do',
  since: undefined,
  detail: '',
  ...more,
});

test('a running step shows how long it runs, what it says and when its time is over', () => {
  const running = row({
    state: 'running',
    since: toInstant(now - 12_000),
    until: toInstant(now + 60_000),
    detail: 'compiling',
  });
  expect(formatRow(running, now, plain)).toBe('  deb                running   12s      compiling  (until 22:31 UTC)');
});

test('a finished step shows how long it took, a step to come nothing', () => {
  const done = row({ state: 'done', since: now, tookMs: 3500, detail: 'hello_1.1_all.deb' });
  expect(formatRow(done, now, plain)).toBe('  deb                done      3.5s     hello_1.1_all.deb');
  expect(formatRow(row({ since: now }), now, plain)).toBe('  deb                -');
});

test('a time on another day comes with its date', () => {
  expect(formatTime(toInstant(Date.parse('2026-11-24T04:05:00Z')), now)).toBe('2026-11-24 04:05 UTC');
});

test('a row is never wider than the screen, with or without colours, whatever stands in it', () => {
  const texts = fc.oneof(fc.string({ unit: 'grapheme' }), fc.constant('包裹日本語'), fc.constant('x'.repeat(300)));
  const rows = fc.record({
    id: texts,
    state: fc.constantFrom('done', 'running', 'waiting', 'to-do', 'failed'),
    since: fc.constant(toInstant(now - 90_000)),
    detail: texts,
    until: fc.constant(toInstant(now + 1000)),
  });
  fc.assert(
    fc.property(rows, fc.integer({ min: 0, max: 160 }), (it, columns) => {
      expect(textWidth(formatRow(it, now, plain, columns))).toBeLessThanOrEqual(columns);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: colours take no room
      const colored = formatRow(it, now, paint(true), columns).replace(/\u001b\[\d+m/g, '');
      expect(colored.trimEnd()).toBe(formatRow(it, now, plain, columns));
    }),
  );
});

test('letters of East Asia count twice, accents not at all', () => {
  expect(textWidth('日本')).toBe(4);
  expect(textWidth('e\u0301')).toBe(1);
  expect(textWidth('👍')).toBe(2);
  expect(cutToWidth('日本語', 5)).toBe('日本…');
  expect(cutToWidth('abc', 3)).toBe('abc');
  expect(cutToWidth('abc', 2)).toBe('a…');
  expect(cutToWidth('abc', 0)).toBe('');
});
