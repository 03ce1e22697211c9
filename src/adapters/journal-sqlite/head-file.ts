import { closeSync, existsSync, fdatasyncSync, linkSync, openSync, readFileSync, unlinkSync, writeSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { JournalHeadError } from './journal-file-errors.ts';

/** How far a journal had come, as noted beside it. */
export interface NotedHead {
  readonly journal: string;
  readonly position: number;
}

/** `<journal id> <position> <check>`: one line a note, all of one length. */
const POSITION_DIGITS = 16;
const LINE = /^([0-9a-f]{32}) (\d{16}) ([0-9a-f]{8})$/;
const LINE_BYTES = 32 + 1 + POSITION_DIGITS + 1 + 8 + 1;
/**
 * Notes go round a few lines, so a note that a power cut tore, or that a slower process wrote late, leaves the others: the
 * highest whole one counts. All fit in one sector.
 */
const LINES = 8;

/**
 * The file `head`: the last recorded position, synced to disk after each append. A journal whose write-ahead log was cut
 * off opens without complaint; only against this file are the lost entries missed.
 */
export class HeadFile {
  readonly path: string;
  #fd: number | undefined;

  constructor(path: string) {
    this.path = path;
  }

  /** @returns undefined when there is no such file. @throws {JournalHeadError} not one line of it is whole. */
  read(): NotedHead | undefined {
    if (!existsSync(this.path)) return undefined;
    const notes = readFileSync(this.path, 'latin1').split('\n').map(parseNote);
    const whole = notes.filter((note) => note !== undefined);
    if (whole.length === 0) throw new JournalHeadError(this.path, 'not one line of it is whole');
    return whole.reduce((highest, note) => (note.position > highest.position ? note : highest));
  }

  /** Creates the file with its first note, as a whole or not at all; one that another process made meanwhile stays. */
  async create(note: NotedHead): Promise<void> {
    const next = `${this.path}.${process.pid}.new`;
    const file = await open(next, 'w', 0o600);
    await file.writeFile(line(note).repeat(LINES));
    await file.sync().finally(() => file.close());
    try {
      linkSync(next, this.path); // rename(2) would take the file away under a process that notes into it already
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw cause;
    } finally {
      unlinkSync(next);
    }
    const folder = await open(dirname(this.path), 'r');
    await folder.sync().finally(() => folder.close());
  }

  /** Notes a position, synced to disk. */
  write(note: NotedHead): void {
    this.#fd ??= openSync(this.path, 'r+');
    writeSync(this.#fd, line(note), (note.position % LINES) * LINE_BYTES, 'latin1');
    fdatasyncSync(this.#fd);
  }

  close(): void {
    if (this.#fd !== undefined) closeSync(this.#fd);
    this.#fd = undefined;
  }
}

function line({ journal, position }: NotedHead): string {
  const note = `${journal} ${String(position).padStart(POSITION_DIGITS, '0')}`;
  return `${note} ${check(note)}\n`;
}

function parseNote(text: string): NotedHead | undefined {
  const [, journal = '', position = '', sum = ''] = LINE.exec(text) ?? [];
  return sum !== '' && sum === check(`${journal} ${position}`) ? { journal, position: Number(position) } : undefined;
}

/** FNV-1a: finds a torn line, and costs nothing. */
function check(text: string): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return hash.toString(16).padStart(8, '0');
}
