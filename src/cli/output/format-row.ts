import type { RowState, StatusRow } from '../../domain/release/status-report.ts';
import type { Instant } from '../../kernel/instant.ts';
import type { Color, Paint } from './paint.ts';
import { printable } from './paint.ts';

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
const TIME_WIDTH = 9;

/** `deb               running    12 s  compiling...  (until 22:31)`: one row, cut to the terminal's width. */
export function formatRow(row: StatusRow, now: Instant, color: Paint, columns = Number.POSITIVE_INFINITY): string {
  const [word, look] = LOOK[row.state];
  const elapsed = row.since === undefined || row.state === 'to-do' ? '' : formatElapsed(now - row.since, row.state);
  const until = row.until === undefined ? '' : `  (until ${formatTime(row.until, now)})`;
  const head = `  ${row.id.padEnd(ID_WIDTH)} `;
  const room = columns - head.length - STATE_WIDTH - TIME_WIDTH - until.length - 2;
  const detail = cut(printable(row.detail).replaceAll('\n', ' '), room);
  return `${head}${color[look](word.padEnd(STATE_WIDTH))}${elapsed.padEnd(TIME_WIDTH)} ${detail}${color.dim(until)}`.trimEnd();
}

const cut = (text: string, room: number): string =>
  text.length <= room ? text : `${text.slice(0, Math.max(0, room - 1))}…`;

/** How long it has been running, or how long ago it ended. */
function formatElapsed(ms: number, state: RowState): string {
  return state === 'running' || state === 'waiting' ? formatSpan(ms) : '';
}

/** `12 s`, `4 min`, `3 h 20`, `2 d`. */
export function formatSpan(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 120) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${String(minutes % 60).padStart(2, '0')}` : `${Math.floor(hours / 24)} d`;
}

/** UTC, with the date when it is not today's. */
export function formatTime(at: Instant, now: Instant): string {
  const iso = new Date(at).toISOString();
  const isToday = iso.slice(0, 10) === new Date(now).toISOString().slice(0, 10);
  return isToday ? `${iso.slice(11, 16)} UTC` : `${iso.slice(0, 16).replace('T', ' ')} UTC`;
}
