import type { z } from 'zod';
import type { JsonObject } from '../../kernel/json.ts';
import type { NewEvent } from './entry.ts';

/** One type of event: its current version, the shape of its data, and what it tells a reader. */
export interface EventDefinition<Data extends z.ZodType = z.ZodType> {
  readonly v: number;
  readonly data: Data;
  /** One sentence for docs/reference/events.md. */
  readonly says: string;
  /** Old version -> its data as the next version has it. Old events are read for ever. */
  readonly upcasts?: Readonly<Record<number, (data: JsonObject) => JsonObject>>;
}

export type EventDefinitions = Readonly<Record<string, EventDefinition>>;

type EventUnion<Definitions extends EventDefinitions> = {
  [Type in keyof Definitions & string]: {
    readonly type: Type;
    readonly data: z.output<Definitions[Type]['data']>;
  };
}[keyof Definitions & string];

/** The events of a table as a union that a `switch` can exhaust. */
export type EventOf<Definitions extends EventDefinitions> = EventUnion<Definitions>;

/** Lets TypeScript see each event's own shape in a table. */
export const defineEvents = <const Definitions extends EventDefinitions>(definitions: Definitions): Definitions =>
  definitions;

/** A fact of this table, ready to be appended. Its data is checked now: a wrong event is never written. */
export function newEvent<Definitions extends EventDefinitions, Type extends keyof Definitions & string>(
  definitions: Definitions,
  type: Type,
  data: z.input<Definitions[Type]['data']>,
): NewEvent {
  const definition = definitions[type] as EventDefinition;
  return { type, v: definition.v, data: definition.data.parse(data) as JsonObject };
}
