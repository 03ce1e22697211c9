import { expect, test } from 'vitest';
import { z } from 'zod';
import { toInstant } from '../../kernel/instant.ts';
import type { Entry } from './entry.ts';
import { combineEvents, EVENT_CATALOGUE } from './event-catalog.ts';
import { defineEvents } from './event-definition.ts';
import { EVENT_VERSIONS } from './event-versions.ts';
import { ageOfEvent, JournalEventNewerError, upcastEntry } from './upcast-entry.ts';

const entry = (type: string, v: number, data: Entry['data']): Entry => ({
  stream: 'line/weekly',
  seq: 7,
  position: 40,
  at: toInstant(1000),
  type,
  v,
  data,
  by: 'alice',
  prev: null,
});

const EVENTS = defineEvents({
  'version.allocated': {
    v: 3,
    says: 'For tests.',
    data: z.object({ version: z.string(), line: z.string(), revision: z.int() }),
    upcasts: {
      1: ({ number, ...rest }) => ({ ...rest, version: String(number) }),
      2: (data) => ({ ...data, revision: 1 }),
    },
  },
});
const VERSIONS = { 'version.allocated': 3 };

test('every event of the tables stands in the short list, with its version', () => {
  const versions = Object.fromEntries(Object.entries(EVENT_CATALOGUE).map(([type, { v }]) => [type, v]));
  expect(EVENT_VERSIONS).toEqual(versions);
});

test('every old version of every event can still be read', () => {
  for (const [type, { v, upcasts = {}, says }] of Object.entries(EVENT_CATALOGUE)) {
    expect(Object.keys(upcasts), type).toEqual(Array.from({ length: v - 1 }, (_, i) => String(i + 1)));
    expect(says, type).toMatch(/\.$/);
  }
});

test('one type of event has one meaning', () => {
  expect(() => combineEvents([EVENTS, EVENTS])).toThrow('two tables define the event "version.allocated"');
});

test('an entry of an older version goes through every version between, and keeps all else', () => {
  const old = entry('version.allocated', 1, { number: 2.294, line: 'weekly' });
  expect(ageOfEvent(old, VERSIONS)).toBe('old');
  expect(upcastEntry(old, EVENTS)).toEqual({ ...old, v: 3, data: { version: '2.294', line: 'weekly', revision: 1 } });
  expect(old.data).toEqual({ number: 2.294, line: 'weekly' });
  expect(upcastEntry({ ...old, v: 2, data: { version: '1', line: 'x' } }, EVENTS).data).toEqual({
    version: '1',
    line: 'x',
    revision: 1,
  });
});

test('an entry of today passes as it is', () => {
  const current = entry('version.allocated', 3, { version: '1', line: 'x', revision: 1 });
  expect(ageOfEvent(current, VERSIONS)).toBe('current');
  expect(upcastEntry(current, EVENTS)).toBe(current);
});

test('an event that only a newer Slipway knows is refused with exit 6, naming entry, stream and version', () => {
  for (const [newer, says] of [
    [entry('version.allocated', 4, {}), 'version 4; this Slipway knows versions up to 3.'],
    [entry('version.reserved', 1, {}), 'version 1; this Slipway does not know that event.'],
    [entry('constructor', 1, {}), 'does not know that event'],
  ] as const) {
    for (const read of [() => ageOfEvent(newer, VERSIONS), () => upcastEntry(newer, EVENTS)]) {
      expect(read).toThrow(JournalEventNewerError);
      expect(read).toThrow(says);
      expect(read).toThrow('Entry 7 of journal stream "line/weekly"');
    }
  }
  expect(new JournalEventNewerError(entry('x', 1, {}), 1)).toMatchObject({
    code: 'SLIP_JOURNAL_EVENT_NEWER',
    exitCode: 6,
  });
});
