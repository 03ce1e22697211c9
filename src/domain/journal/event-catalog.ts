import { LINE_EVENTS } from '../release/line-events.ts';
import { RELEASE_EVENTS } from '../release/release-events.ts';
import { CHANNEL_EVENTS, TARGET_EVENTS } from '../repository/channel-events.ts';
import { RUN_EVENTS } from '../run/run-events.ts';
import type { EventDefinition, EventDefinitions } from './event-definition.ts';

/** The tables of the domain, one line each. Their types also stand in `EVENT_VERSIONS`; a test compares the two. */
const TABLES: readonly EventDefinitions[] = [
  LINE_EVENTS, //
  RELEASE_EVENTS,
  RUN_EVENTS,
  CHANNEL_EVENTS,
  TARGET_EVENTS,
];

/** Every type of event. Loading it costs some 30 ms (zod): who only reads needs `EVENT_VERSIONS` and nothing of this. */
export const EVENT_CATALOGUE: EventDefinitions = combineEvents(TABLES);

/** One table of several. @throws {TypeError} two tables define the same type. */
export function combineEvents(tables: readonly EventDefinitions[]): EventDefinitions {
  const combined: Record<string, EventDefinition> = {};
  for (const table of tables) {
    for (const [type, definition] of Object.entries(table)) {
      if (Object.hasOwn(combined, type)) throw new TypeError(`two tables define the event "${type}"`);
      combined[type] = definition;
    }
  }
  return combined;
}
