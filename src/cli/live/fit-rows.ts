import type { RowState, StatusRow } from '../../domain/release/status-report.ts';

/** Which rows go first when the screen is too low for all: what is over and well, then what has not begun, then the rest. */
const GOES_FIRST: readonly (readonly RowState[])[] = [
  ['done', 'skipped'],
  ['to-do'],
  ['cancelled', 'waiting'],
  ['running'],
  ['failed'],
];

export interface FittedRows {
  readonly rows: readonly StatusRow[];
  /** `7 done, 12 to do`: what was left out; undefined when nothing was. */
  readonly leftOut: string | undefined;
}

/** As many rows as `height` lines hold, in their order, with one line that counts the others. */
export function fitRows(rows: readonly StatusRow[], height: number): FittedRows {
  if (rows.length <= height) return { rows, leftOut: undefined };
  const room = Math.max(0, height - 1);
  const hidden = new Set<StatusRow>();
  for (const states of GOES_FIRST) {
    for (const row of rows) {
      if (rows.length - hidden.size <= room) break;
      if (states.includes(row.state)) hidden.add(row);
    }
  }
  return { rows: rows.filter((row) => !hidden.has(row)), leftOut: countStates([...hidden]) };
}

function countStates(rows: readonly StatusRow[]): string {
  const counts = new Map<string, number>();
  for (const { state } of rows) counts.set(state, (counts.get(state) ?? 0) + 1);
  return [...counts].map(([state, count]) => `${count} ${state === 'to-do' ? 'to do' : state}`).join(', ');
}
