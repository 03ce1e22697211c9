import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { findConfig } from '../adapters/config-yaml/find-config.ts';
import { JournalMissingError } from '../adapters/journal-sqlite/journal-file-errors.ts';
import { openSqliteJournal } from '../adapters/journal-sqlite/open-sqlite-journal.ts';
import { LinuxProcessTable } from '../adapters/process-linux/linux-process-table.ts';
import { locateStateFolder, prepareStateFolder } from '../adapters/state-folder/state-folder.ts';
import { SystemClock } from '../adapters/system-clock/system-clock.ts';
import { SystemRandom } from '../adapters/system-random/system-random.ts';
import type { OpenedState, Place, StateAccess } from '../compose.ts';
import { readAsToday } from '../conductor/journal/read-as-today.ts';
import type { Journal } from '../ports/journal.ts';

/** Opens the journal: `--state`, else SLIPWAY_STATE, else `.slipway/` beside the config that is found. */
export async function openState(place: Place, access: StateAccess): Promise<OpenedState> {
  const configDir = await configFolder(place);
  const folder = locateStateFolder({ cwd: place.cwd, named: place.stateFolder, configDir });
  if (access === 'create') await prepareStateFolder(folder);
  try {
    const processes = new LinuxProcessTable();
    const random = new SystemRandom();
    const recorded = await openSqliteJournal({ stateDir: folder, create: access === 'create', processes, random });
    return await opened(folder, recorded, access);
  } catch (cause) {
    if (!(cause instanceof JournalMissingError)) throw cause;
    // A project that has a config and no state yet has no releases; a folder that was named must be there.
    const isNew = configDir !== undefined && place.stateFolder === undefined;
    if (access === 'rehearse-create' || (access === 'read-or-none' && isNew)) return await openInMemory();
    throw cause;
  }
}

async function opened(folder: string, recorded: Journal, access: StateAccess): Promise<OpenedState> {
  const today = readAsToday(recorded);
  const isRehearsal = access === 'rehearse' || access === 'rehearse-create';
  const journal = isRehearsal
    ? (await import('../conductor/rehearsal/rehearsal-journal.ts')).rehearsalJournal(today)
    : today;
  return { folder, recorded, journal, isRehearsal, clock: new SystemClock(), holder: new LinuxProcessTable().self() };
}

/** For a folder that must not come into being: a journal without entries, and a temporary folder for what asks for one. */
async function openInMemory(): Promise<OpenedState> {
  const { MemoryJournal } = await import('../adapters/journal-memory/memory-journal.ts');
  const recorded = new MemoryJournal({ id: new SystemRandom().hex(16), processes: new LinuxProcessTable() });
  const folder = await mkdtemp(join(tmpdir(), 'slipway-rehearsal-'));
  const state = await opened(folder, recorded, 'rehearse');
  const close = async (): Promise<void> => {
    await recorded.close();
    await rm(folder, { recursive: true, force: true });
  };
  return { ...state, journal: { ...state.journal, close } };
}

/** Only names are looked at: a config that cannot be read must not hide what its journal says. */
async function configFolder({ cwd, configFile, stateFolder }: Place): Promise<string | undefined> {
  if (stateFolder !== undefined) return undefined;
  const [config] = configFile === undefined ? await findConfig(cwd) : [resolve(cwd, configFile)];
  return config === undefined ? undefined : dirname(config);
}
