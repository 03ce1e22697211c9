import type { Instant } from '../../kernel/instant.ts';
import type { Entry } from '../journal/entry.ts';
import type { EventOf } from '../journal/event-definition.ts';
import type { TARGET_EVENTS } from './channel-events.ts';

type TargetEvent = EventOf<typeof TARGET_EVENTS>;
export type Flip = Extract<TargetEvent, { type: 'flip.intended' }>['data'];

export interface RecordedFlip {
  readonly kind: 'flip' | 'undo';
  readonly flip: Flip;
  readonly intendedAt: Instant;
  readonly receipt: 'none' | 'done' | 'not-done';
  readonly receiptAt: Instant | undefined;
}

/** All moves of one pointer, in order: each an intent, with its receipt once there is one. */
export interface TargetState {
  readonly seq: number;
  readonly flips: readonly RecordedFlip[];
}

export function foldTarget(entries: readonly Entry[]): TargetState {
  const flips: RecordedFlip[] = [];
  for (const entry of entries) {
    const event = entry as unknown as TargetEvent;
    if (event.type === 'flip.intended' || event.type === 'undo.intended') {
      const kind = event.type === 'flip.intended' ? 'flip' : 'undo';
      flips.push({ kind, flip: event.data, intendedAt: entry.at, receipt: 'none', receiptAt: undefined });
    } else {
      const index = flips.findLastIndex((row) => row.flip.key === event.data.key);
      const row = flips[index];
      const receipt = event.type.endsWith('.done') ? 'done' : 'not-done';
      if (row !== undefined) flips[index] = { ...row, receipt, receiptAt: entry.at };
    }
  }
  return { seq: entries.at(-1)?.seq ?? 0, flips };
}

/** Whether the pointer must be somewhere: a move was done, or one away from something was begun. */
export const hasShown = ({ flips }: TargetState): boolean =>
  flips.some(({ flip, receipt }) => receipt === 'done' || (receipt === 'none' && flip.before !== null));

/** The effect key of a move: the same move has the same key, whoever tries it again. */
export const flipKey = (
  kind: 'flip' | 'undo',
  release: string,
  promotion: number,
  target: string,
  after: string,
): string => `${kind}/${release}/${promotion}/${target}/${after}`;
