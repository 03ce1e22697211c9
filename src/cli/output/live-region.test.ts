import { expect, test } from 'vitest';
import { LiveRegion } from './live-region.ts';

/** As much of a terminal as the rows use: text, new lines, cursor up, erase; it breaks lines that are too wide. */
class Screen {
  lines: string[] = [''];
  row = 0;
  column = 0;
  readonly columns: number;

  constructor(columns: number) {
    this.columns = columns;
  }

  write(text: string): void {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: a terminal reads escape sequences
    for (const [part] of text.matchAll(/\u001b\[\d*[A-Km]|[\s\S]/gu)) this.#obey(part);
  }

  #obey(part: string): void {
    if (part === '\n') this.#down();
    else if (part === '\r') this.column = 0;
    else if (part.endsWith('A') && part.startsWith('\u001b'))
      this.row = Math.max(0, this.row - Number(part.slice(2, -1)));
    else if (part === '\u001b[K') this.lines[this.row] = (this.lines[this.row] ?? '').slice(0, this.column);
    else if (part === '\u001b[J') {
      this.lines.length = this.row + 1;
      this.lines[this.row] = (this.lines[this.row] ?? '').slice(0, this.column);
    } else if (!part.startsWith('\u001b')) this.#put(part);
  }

  #put(letter: string): void {
    if (this.column === this.columns) this.#down();
    const line = (this.lines[this.row] ?? '').padEnd(this.column);
    this.lines[this.row] = line.slice(0, this.column) + letter + line.slice(this.column + 1);
    this.column += 1;
  }

  #down(): void {
    this.row += 1;
    this.column = 0;
    if (this.row === this.lines.length) this.lines.push('');
  }

  /** What terminals that break lines anew do when they become narrower. */
  narrowed(columns: number): Screen {
    const screen = new Screen(columns);
    const [last, ...before] = [...this.lines].reverse();
    for (const line of before.reverse()) screen.write(`${line}\n`);
    screen.write(last ?? '');
    return screen;
  }

  get text(): string {
    return this.lines.join('\n');
  }
}

test('rows are drawn over the last ones, and shorter ones leave nothing behind', () => {
  const [screen, region] = [new Screen(40), new LiveRegion()];
  screen.write('$ slipway run main\n');
  screen.write(region.draw(['one: a long line of a log', 'two', 'three'], 40));
  screen.write(region.draw(['one: short', 'two'], 40));
  expect(screen.text).toBe('$ slipway run main\none: short\ntwo\n');
});

test('a line that stays goes above the rows', () => {
  const [screen, region] = [new Screen(40), new LiveRegion()];
  screen.write(region.draw(['one', 'two'], 40));
  screen.write(`${region.wipe(40)}warning: look\n${region.draw(['one', 'two'], 40)}`);
  expect(screen.text).toBe('warning: look\none\ntwo\n');
});

test('on a terminal that became narrower no half of an old row stays', () => {
  const [wide, region] = [new Screen(40), new LiveRegion()];
  wide.write('before\n');
  wide.write(region.draw(['one: thirty letters, maybe more', '\u001b[1mtwo\u001b[0m'], 40));
  const narrow = wide.narrowed(20);
  narrow.write(region.draw(['one: thirty let…', 'two'], 20));
  expect(narrow.text).toBe('before\none: thirty let…\ntwo\n');
});

test('rows that are left stand for ever', () => {
  const [screen, region] = [new Screen(40), new LiveRegion()];
  screen.write(region.draw(['one', 'two'], 40));
  region.leave();
  screen.write(`done\n${region.draw(['next'], 40)}`);
  expect(screen.text).toBe('one\ntwo\ndone\nnext\n');
});
