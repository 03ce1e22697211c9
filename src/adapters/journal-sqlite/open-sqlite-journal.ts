import { statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ProcessTable } from '../../ports/process-table.ts';
import type { Random } from '../../ports/random.ts';
import { HeadFile, type NotedHead } from './head-file.ts';
import {
  JournalBehindError,
  JournalForeignError,
  JournalMissingError,
  JournalSchemaNewerError,
  NotAJournalError,
} from './journal-file-errors.ts';
import { APPLICATION_ID, SCHEMA, SCHEMA_VERSION } from './schema.ts';
import { SqliteConnection } from './sqlite-connection.ts';
import { SqliteJournal } from './sqlite-journal.ts';

export interface OpenJournalOptions {
  /** The state folder, which exists: `journal.db` and `head` lie in it. */
  readonly stateDir: string;
  /** Make the journal if there is none; a command that only reads says false. */
  readonly create: boolean;
  readonly processes: ProcessTable;
  readonly random: Random;
}

/**
 * Opens the journal of a state folder, once it has been compared with the position noted in `head`.
 * @throws {JournalBehindError} it ends before that position; {JournalForeignError} it is another journal.
 * @throws {JournalMissingError} there is none and `create` is false.
 * @throws {JournalSchemaNewerError | NotAJournalError | JournalDamagedError | JournalBusyError | JournalIoError}
 */
export async function openSqliteJournal(options: OpenJournalOptions): Promise<SqliteJournal> {
  const path = join(options.stateDir, 'journal.db');
  const headFile = new HeadFile(join(options.stateDir, 'head'));
  // Read before the journal: another process may append meanwhile, and must not look like a loss.
  const noted = headFile.read();
  const isThere = (statSync(path, { throwIfNoEntry: false })?.size ?? 0) > 0;
  if (!isThere && noted !== undefined) throw new JournalBehindError(path, 'missing', noted.position, headFile.path);
  if (!isThere && !options.create) throw new JournalMissingError(path);

  const connection = await SqliteConnection.open({ path, processes: options.processes, random: options.random });
  try {
    if (!(await hasSchema(connection))) {
      if (noted !== undefined) throw new JournalBehindError(path, 'missing', noted.position, headFile.path);
      if (!options.create) throw new JournalMissingError(path);
      await createSchema(connection, options);
    }
    const { id, position } = await readIdentity(connection);
    if (noted !== undefined) compareWithHead({ path, headPath: headFile.path, id, position, noted });
    else await headFile.create({ journal: id, position });
    return new SqliteJournal(id, { connection, headFile, processes: options.processes });
  } catch (cause) {
    connection.close(false);
    throw cause;
  }
}

/** @returns false for a file without any table. */
async function hasSchema(connection: SqliteConnection): Promise<boolean> {
  return connection.reading(() => {
    const [version] = connection.get('PRAGMA user_version') ?? [];
    const [application] = connection.get('PRAGMA application_id') ?? [];
    const [tables] = connection.get('SELECT count(*) FROM sqlite_master') ?? [];
    if (tables === 0 && application === 0) return false;
    if (application !== APPLICATION_ID) throw new NotAJournalError(connection.path);
    if (Number(version) > SCHEMA_VERSION)
      throw new JournalSchemaNewerError(connection.path, Number(version), SCHEMA_VERSION);
    return true;
  });
}

/** Of two commands that start at once, one makes the journal and both use it. */
async function createSchema(connection: SqliteConnection, { stateDir, random }: OpenJournalOptions): Promise<void> {
  await connection.retrying(() => connection.get('PRAGMA journal_mode = WAL'));
  await connection.writing(() => {
    if (connection.get('SELECT count(*) FROM sqlite_master')?.[0] !== 0) return;
    connection.exec(SCHEMA);
    connection.run('INSERT INTO journal (id) VALUES (?)', random.hex(16));
  });
  // SQLite syncs its files; that the folder names them is for us to sync.
  const folder = await open(dirname(join(stateDir, 'journal.db')), 'r');
  await folder.sync().finally(() => folder.close());
}

function readIdentity(connection: SqliteConnection): Promise<{ readonly id: string; readonly position: number }> {
  return connection.reading(() => ({
    id: connection.get('SELECT id FROM journal')?.[0] as string,
    position: (connection.get('SELECT max(position) FROM entry')?.[0] as number | null) ?? 0,
  }));
}

function compareWithHead(known: {
  readonly path: string;
  readonly headPath: string;
  readonly id: string;
  readonly position: number;
  readonly noted: NotedHead;
}): void {
  const { path, headPath, id, position, noted } = known;
  if (id !== noted.journal) throw new JournalForeignError(path, id, noted.journal, headPath);
  if (position < noted.position) throw new JournalBehindError(path, position, noted.position, headPath);
}
