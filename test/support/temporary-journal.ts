import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqliteJournal } from '../../src/adapters/journal-sqlite/open-sqlite-journal.ts';
import type { SqliteJournal } from '../../src/adapters/journal-sqlite/sqlite-journal.ts';
import { LinuxProcessTable } from '../../src/adapters/process-linux/linux-process-table.ts';
import { SystemRandom } from '../../src/adapters/system-random/system-random.ts';
import type { ProcessTable } from '../../src/ports/process-table.ts';

/** A state folder with a journal in SQLite; `remove` closes what was opened and removes the folder. */
export class TemporaryJournal {
  readonly dir: string;
  readonly #opened: SqliteJournal[] = [];

  constructor(dir = mkdtempSync(join(tmpdir(), 'slipway-journal-'))) {
    this.dir = dir;
  }

  get path(): string {
    return join(this.dir, 'journal.db');
  }

  get headPath(): string {
    return join(this.dir, 'head');
  }

  async open({
    create = true,
    isGone,
  }: {
    create?: boolean;
    isGone?: ProcessTable['isGone'];
  } = {}): Promise<SqliteJournal> {
    const processes: ProcessTable = new LinuxProcessTable();
    if (isGone !== undefined) processes.isGone = isGone;
    const journal = await openSqliteJournal({ stateDir: this.dir, create, processes, random: new SystemRandom() });
    this.#opened.push(journal);
    return journal;
  }

  async remove(): Promise<void> {
    for (const journal of this.#opened) await journal.close();
    rmSync(this.dir, { recursive: true, force: true });
  }
}
