import { dirname, resolve } from 'node:path';
import { findConfig } from '../adapters/config-yaml/find-config.ts';
import { openSqliteJournal } from '../adapters/journal-sqlite/open-sqlite-journal.ts';
import { LinuxProcessTable } from '../adapters/process-linux/linux-process-table.ts';
import { locateStateFolder, prepareStateFolder } from '../adapters/state-folder/state-folder.ts';
import { SystemClock } from '../adapters/system-clock/system-clock.ts';
import { SystemRandom } from '../adapters/system-random/system-random.ts';
import type { OpenedState, Place } from '../compose.ts';
import { readAsToday } from '../conductor/journal/read-as-today.ts';

/** Opens the journal: `--state`, else SLIPWAY_STATE, else `.slipway/` beside the config that is found. */
export async function openState(place: Place, access: 'read' | 'write'): Promise<OpenedState> {
  const folder = locateStateFolder({ cwd: place.cwd, named: place.stateFolder, configDir: await configFolder(place) });
  if (access === 'write') await prepareStateFolder(folder);
  const processes = new LinuxProcessTable();
  const recorded = await openSqliteJournal({
    stateDir: folder,
    create: access === 'write',
    processes,
    random: new SystemRandom(),
  });
  return { folder, recorded, journal: readAsToday(recorded), clock: new SystemClock(), holder: processes.self() };
}

/** Only names are looked at: a config that cannot be read must not hide what its journal says. */
async function configFolder({ cwd, configFile, stateFolder }: Place): Promise<string | undefined> {
  if (stateFolder !== undefined) return undefined;
  const [config] = configFile === undefined ? await findConfig(cwd) : [resolve(cwd, configFile)];
  return config === undefined ? undefined : dirname(config);
}
