import type { RowState, StatusRow } from '../../domain/release/status-report.ts';
import { formatDuration } from '../../kernel/format-duration.ts';
import type { Instant } from '../../kernel/instant.ts';
import type { Color, Paint } from './paint.ts';
import { oneLine } from './printable.ts';
import { cutToWidth, textWidth } from './text-width.ts';

const LOOK: Readonly<Record<RowState, readonly [word: string, color: Color]>> = {
  done: ['done', 'green'],
  running: ['running', 'cyan'],
  waiting: ['waiting', 'yellow'],
  'to-do': ['-', 'dim'],
  failed: ['FAILED', 'red'],
  cancelled: ['cancelled', 'yellow'],
  skipped: ['skipped', 'yellow'],
};

const ID_WIDTH = 18;
const STATE_WIDTH = 10;
const TIME_WIDTH = 8;
/** Below this the time a row waits until gives way to what it says. */
const ROOM_FOR_UNTIL = 72;

/**
 * `deb  running  12s  compiling...  (until 22:31 UTC)`: one row of `status` and of the live rows, never wider than `columns`.
 */
export function formatRow(row: StatusRow, now: Instant, color: Paint, columns = Number.POSITIVE_INFINITY): string {
  const [word, look] = LOOK[row.state];
  const id = oneLine(row.id);
  const until = row.until === undefined || columns < ROOM_FOR_UNTIL ? '' : `  (until ${formatTime(row.until, now)})`;
  const pieces: (readonly [text: string, color?: Color])[] = [
    [`  ${padTo(id, ID_WIDTH)} `],
    [padTo(word, STATE_WIDTH), look],
    [padTo(timeOf(row, now), TIME_WIDTH)],
  ];
  const taken = pieces.reduce((sum, [text]) => sum + textWidth(text), 0) + textWidth(until);
  pieces.push([` ${cutToWidth(oneLine(row.detail), columns - taken - 1)}`], [until, 'dim']);
  return joinPieces(pieces, color, columns);
}

/** Pieces beside each other, cut where the screen ends: colours never count, and are always closed. */
function joinPieces(pieces: readonly (readonly [string, Color?])[], color: Paint, columns: number): string {
  let room = columns;
  let line = '';
  for (const [text, look] of pieces) {
    const cut = cutToWidth(text, room);
    room -= textWidth(cut);
    line += look === undefined ? cut : color[look](cut.trimEnd()) + cut.slice(cut.trimEnd().length);
  }
  return line.trimEnd();
}

const padTo = (text: string, width: number): string => text + ' '.repeat(Math.max(0, width - textWidth(text)));

/** How long it has been running or waiting, or how long it took. */
function timeOf({ state, since, tookMs }: StatusRow, now: Instant): string {
  if (state === 'running' || state === 'waiting') return since === undefined ? '' : formatDuration(now - since);
  return tookMs === undefined ? '' : formatDuration(tookMs);
}

/** UTC, with the date when it is not today's. */
export function formatTime(at: Instant, now: Instant): string {
  const iso = new Date(at).toISOString();
  const isToday = iso.slice(0, 10) === new Date(now).toISOString().slice(0, 10);
  return isToday ? `${iso.slice(11, 16)} UTC` : `${iso.slice(0, 16).replace('T', ' ')} UTC`;
}
