import { mkdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { findConfig } from '../adapters/config-yaml/find-config.ts';
import { openSqliteJournal } from '../adapters/journal-sqlite/open-sqlite-journal.ts';
import { LinuxProcessTable } from '../adapters/process-linux/linux-process-table.ts';
import { SystemClock } from '../adapters/system-clock/system-clock.ts';
import { SystemRandom } from '../adapters/system-random/system-random.ts';
import type { OpenedState, Place } from '../compose.ts';

/** Opens the journal: `--state`, else SLIPWAY_STATE, else `.slipway/` beside the config that is found. */
export async function openState(place: Place, access: 'read' | 'write'): Promise<OpenedState> {
  const folder = await stateFolderOf(place);
  if (access === 'write') await mkdir(folder, { recursive: true, mode: 0o700 });
  const processes = new LinuxProcessTable();
  const journal = await openSqliteJournal({
    stateDir: folder,
    create: access === 'write',
    processes,
    random: new SystemRandom(),
  });
  return { folder, journal, clock: new SystemClock(), holder: processes.self() };
}

async function stateFolderOf({ cwd, configFile, stateFolder }: Place): Promise<string> {
  if (stateFolder !== undefined) return resolve(cwd, stateFolder);
  const [config] = configFile === undefined ? await findConfig(cwd) : [resolve(cwd, configFile)];
  return join(config === undefined ? cwd : dirname(config), '.slipway');
}
