import { constants, statSync } from 'node:fs';
import { access, open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ProcessTable } from '../../ports/process-table.ts';
import type { Random } from '../../ports/random.ts';
import { HeadFile, type NotedHead } from './head-file.ts';
import {
  JournalBehindError,
  JournalDamagedError,
  JournalForeignError,
  JournalMissingError,
  JournalSchemaNewerError,
  NotAJournalError,
} from './journal-file-errors.ts';
import { readEnd } from './read-entries.ts';
import { APPLICATION_ID, SCHEMA, SCHEMA_VERSION } from './schema.ts';
import { DamagedValue, textColumn, toInteger, toText } from './sql-value.ts';
import { SqliteConnection } from './sqlite-connection.ts';
import { SqliteJournal } from './sqlite-journal.ts';
import { translateStoreError } from './translate-store-error.ts';

/** One page of the smallest size. SQLite takes less for an empty file, and would write over it. */
const SMALLEST_DATABASE = 512;

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
  try {
    return await openChecked(path, options);
  } catch (cause) {
    throw translateStoreError(cause, path);
  }
}

async function openChecked(path: string, options: OpenJournalOptions): Promise<SqliteJournal> {
  const headFile = new HeadFile(join(options.stateDir, 'head'));
  // Read before the journal: another process may append meanwhile, and must not look like a loss.
  const noted = headFile.read();
  const size = sizeOf(path);
  const isThere = size > 0;
  if (!isThere && noted !== undefined) throw new JournalBehindError(path, 'missing', noted.position, headFile.path);
  if (!isThere && !options.create) throw new JournalMissingError(path);

  if (isThere && size < SMALLEST_DATABASE) throw new JournalDamagedError(path, `it has only ${size} bytes`);
  // SQLite itself would only say that it cannot open the file. Reading needs the right to write too: the log has an index.
  await access(options.stateDir, constants.R_OK | constants.W_OK | constants.X_OK);

  const connection = await SqliteConnection.open({ path, processes: options.processes, random: options.random });
  try {
    if (!(await hasSchema(connection))) {
      if (noted !== undefined) throw new JournalBehindError(path, 'missing', noted.position, headFile.path);
      if (!options.create) throw new JournalMissingError(path);
      await createSchema(connection, options);
    }
    await setDurability(connection);
    const { id, position } = await readIdentity(connection);
    assertWholePages(connection);
    if (noted !== undefined) compareWithHead({ path, headPath: headFile.path, id, position, noted });
    else await headFile.create({ journal: id, position });
    return new SqliteJournal(id, { connection, headFile, processes: options.processes });
  } catch (cause) {
    connection.close(false);
    throw cause;
  }
}

const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0;

/** @returns false for a file without any table. */
async function hasSchema(connection: SqliteConnection): Promise<boolean> {
  return connection.reading(() => {
    const [version] = connection.get('PRAGMA user_version') ?? [];
    const [application] = connection.get('PRAGMA application_id') ?? [];
    const [tables] = connection.get('SELECT count(*) FROM sqlite_master') ?? [];
    if (tables === 0 && application === 0 && version === 0) return false;
    if (application !== APPLICATION_ID) throw new NotAJournalError(connection.path);
    if (Number(version) > SCHEMA_VERSION)
      throw new JournalSchemaNewerError(connection.path, Number(version), SCHEMA_VERSION);
    return true;
  });
}

/** Of two commands that start at once, one makes the journal and both use it. */
async function createSchema(connection: SqliteConnection, { stateDir, random }: OpenJournalOptions): Promise<void> {
  await setDurability(connection);
  await connection.writing(() => {
    if (connection.get('SELECT count(*) FROM sqlite_master')?.[0] !== 0) return;
    connection.exec(SCHEMA);
    connection.run('INSERT INTO journal (id) VALUES (?)', random.hex(16));
  });
  // SQLite syncs its files; that the folder names them is for us to sync.
  const folder = await open(dirname(join(stateDir, 'journal.db')), 'r');
  await folder.sync().finally(() => folder.close());
}

/** A write-ahead log, synced at every commit. The first stays with the file, unless a copying tool took it away. */
async function setDurability(connection: SqliteConnection): Promise<void> {
  await connection.retrying(() => {
    if (connection.get('PRAGMA journal_mode')?.[0] !== 'wal') connection.get('PRAGMA journal_mode = WAL');
    connection.exec('PRAGMA synchronous = FULL');
  });
}

function readIdentity(connection: SqliteConnection): Promise<{ readonly id: string; readonly position: number }> {
  return connection.reading(() => {
    const id = toText(connection.get(`SELECT ${textColumn('id')} FROM journal`)?.[0]);
    if (!/^[0-9a-f]{32}$/.test(id)) throw new DamagedValue('its id is not an id');
    return { id, position: readEnd(connection) };
  });
}

/**
 * A file that lost its very last bytes still opens. While the log beside it holds pages that were not brought home, a
 * page may be half there: a full disk can stop that copying, and it is done again.
 */
function assertWholePages(connection: SqliteConnection): void {
  if (sizeOf(`${connection.path}-wal`) > 0) return;
  if (sizeOf(connection.path) % toInteger(connection.get('PRAGMA page_size')?.[0]) !== 0)
    throw new JournalDamagedError(connection.path, 'its last page is cut off');
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
