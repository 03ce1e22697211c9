import { expect, test } from 'vitest';
import type { RowState, StatusRow } from '../../domain/release/status-report.ts';
import { fitRows } from './fit-rows.ts';

const rows = (...states: RowState[]): StatusRow[] =>
  states.map((state, index) => ({ id: `${index}`, state, since: undefined, detail: '' }));
const ids = (fitted: ReturnType<typeof fitRows>): string => fitted.rows.map(({ id }) => id).join(' ');

test('rows that fit are all shown', () => {
  expect(fitRows(rows('done', 'running', 'to-do'), 3)).toMatchObject({ leftOut: undefined, rows: { length: 3 } });
});

test('on a low screen finished steps go first, then steps to come; what runs or failed stays', () => {
  const many = rows('done', 'done', 'failed', 'running', 'waiting', 'to-do', 'to-do');
  const fitted = fitRows(many, 5);
  expect(ids(fitted)).toBe('2 3 4 6');
  expect(fitted.leftOut).toBe('2 done, 1 to do');
  expect(ids(fitRows(many, 3))).toBe('2 3');
  expect(ids(fitRows(many, 2))).toBe('2');
});

test('a screen without room shows only the count', () => {
  expect(fitRows(rows('running', 'failed'), 1)).toEqual({ rows: [], leftOut: '1 running, 1 failed' });
  expect(fitRows(rows('running'), 0).rows).toEqual([]);
});
