import type { Entry } from '../journal/entry.ts';
import type { EventOf } from '../journal/event-definition.ts';
import type { LINE_EVENTS } from './line-events.ts';

/** What a line's stream says: versions spent, and the release that is open. */
export interface LineState {
  readonly seq: number;
  readonly versions: readonly { readonly version: string; readonly release: string }[];
  /** At most one. */
  readonly open: string | undefined;
}

export function foldLine(entries: readonly Entry[]): LineState {
  let state: LineState = { seq: 0, versions: [], open: undefined };
  for (const entry of entries) state = { ...applyLineEvent(state, entry), seq: entry.seq };
  return state;
}

function applyLineEvent(state: LineState, entry: Entry): LineState {
  const event = entry as unknown as EventOf<typeof LINE_EVENTS>;
  switch (event.type) {
    case 'version.allocated':
      return { ...state, versions: [...state.versions, { version: event.data.version, release: event.data.release }] };
    case 'release.opened':
    case 'release.reopened':
      return { ...state, open: event.data.release };
    case 'release.closed':
      return { ...state, open: undefined };
  }
}
