import { textWidth } from './text-width.ts';

// biome-ignore lint/suspicious/noControlCharactersInRegex: colours take no room
const COLOR = /\u001b\[\d+m/g;

/**
 * Rows at the bottom of a terminal that are drawn over again: works out what to send, sends nothing itself. The cursor
 * stands below the rows between two draws.
 */
export class LiveRegion {
  #widths: readonly number[] = [];

  /** Draws the rows over the last ones. They must not be wider than `columns`: see `formatRow`. */
  draw(lines: readonly string[], columns: number): string {
    const up = this.#up(columns);
    this.#widths = lines.map((line) => textWidth(line.replace(COLOR, '')));
    return `${up}${lines.map((line) => `${line}\u001b[K\n`).join('')}\u001b[J`;
  }

  /** Takes the rows away, so that a line that stays can be written. */
  wipe(columns: number): string {
    const up = this.#up(columns);
    this.#widths = [];
    return `${up}\u001b[J`;
  }

  /** The rows stay where they are and are ours no more. */
  leave(): void {
    this.#widths = [];
  }

  /** A terminal that became narrower has broken wide rows into several lines: those are ours too. */
  #up(columns: number): string {
    const height = this.#widths.reduce((sum, width) => sum + Math.max(1, Math.ceil(width / Math.max(1, columns))), 0);
    return height === 0 ? '' : `\u001b[${height}A\r`;
  }
}
