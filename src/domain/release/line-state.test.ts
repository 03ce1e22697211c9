import { expect, test } from 'vitest';
import type { Entry, NewEvent } from '../journal/entry.ts';
import { newEvent } from '../journal/event-definition.ts';
import { LINE_EVENTS } from './line-events.ts';
import { foldLine } from './line-state.ts';

const fold = (...events: readonly NewEvent[]) =>
  foldLine(events.map((event, at) => ({ ...event, seq: at + 1 }) as unknown as Entry));
const opened = (release: string, version: string) => [
  newEvent(LINE_EVENTS, 'version.allocated', { version, release }),
  newEvent(LINE_EVENTS, 'release.opened', { release, version, revision: 1 }),
];
const closed = (release: string, how: 'live' | 'abandoned') =>
  newEvent(LINE_EVENTS, 'release.closed', { release, how });
const reopened = (release: string) => newEvent(LINE_EVENTS, 'release.reopened', { release });

test('a line remembers every version it gave, and the one release that is open', () => {
  expect(fold()).toEqual({ seq: 0, versions: [], open: undefined });
  expect(fold(...opened('main-1.1', '1.1'))).toMatchObject({ open: 'main-1.1', seq: 2 });
  expect(fold(...opened('main-1.1', '1.1'), closed('main-1.1', 'abandoned'))).toMatchObject({
    open: undefined,
    versions: [{ version: '1.1', release: 'main-1.1' }],
  });
});

test('an undone release is open again', () => {
  const events = [...opened('main-1.1', '1.1'), closed('main-1.1', 'live'), reopened('main-1.1')];
  expect(fold(...events).open).toBe('main-1.1');
});
