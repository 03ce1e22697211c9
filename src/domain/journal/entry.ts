import type { Sha256 } from '../../kernel/ids.ts';
import type { Instant } from '../../kernel/instant.ts';
import type { JsonObject } from '../../kernel/json.ts';

/** `release/<id>`, `run/<id>`, `line/<name>`, `channel/<name>`, `target/<name>`, ... (architecture 3). */
export type StreamName = string;

/** A fact to be recorded: a type of the event catalogue, its version, its data. */
export interface NewEvent {
  readonly type: string;
  readonly v: number;
  readonly data: JsonObject;
}

/** A recorded fact. */
export interface Entry extends NewEvent {
  readonly stream: StreamName;
  /** 1, 2, 3, ... within the stream, without gaps. */
  readonly seq: number;
  /** Grows over the whole journal; may have gaps. */
  readonly position: number;
  readonly at: Instant;
  /** Who: `alice`, `schedule`, `conductor`. */
  readonly by: string;
  /** sha256 of the canonical JSON of the stream's previous entry; null for the first. A changed or removed entry is found. */
  readonly prev: Sha256 | null;
}
