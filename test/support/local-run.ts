import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { DiskArtifactStore } from '../../src/adapters/artifacts-disk/disk-artifact-store.ts';
import { DiskTreeStore } from '../../src/adapters/artifacts-disk/disk-tree-store.ts';
import { LocalExecutor } from '../../src/adapters/executor-local/local-executor.ts';
import { openSqliteJournal } from '../../src/adapters/journal-sqlite/open-sqlite-journal.ts';
import { WorkerPackageBuilder } from '../../src/adapters/package-builder/worker-package-builder.ts';
import { LinuxProcessTable } from '../../src/adapters/process-linux/linux-process-table.ts';
import { OpenpgpVerifier } from '../../src/adapters/signer-openpgp/openpgp-verifier.ts';
import { SourceFetchers } from '../../src/adapters/sources/source-fetchers.ts';
import { SystemClock } from '../../src/adapters/system-clock/system-clock.ts';
import { SystemRandom } from '../../src/adapters/system-random/system-random.ts';
import { RunConductor } from '../../src/conductor/run/run-conductor.ts';
import type { RunWorld } from '../../src/conductor/run/run-world.ts';
import type { Journal } from '../../src/ports/journal.ts';
import { QUICK_POLICY } from './local-agent.ts';
import { MapSecrets } from './map-secrets.ts';

export interface LocalRun {
  readonly world: RunWorld;
  readonly runs: RunConductor;
  close(): Promise<void>;
}

/**
 * Runs on this machine with all that is real: SQLite, the store on disk, supervisors and the package worker of `program`
 * (the bundle). Several may be open on one folder, in one process or in several.
 */
export async function openLocalRun(
  folder: string,
  program: string,
  {
    parallelSteps = 2,
    seenJournal = (journal) => journal,
  }: { parallelSteps?: number; seenJournal?: (journal: Journal) => Journal } = {},
): Promise<LocalRun> {
  mkdirSync(folder, { recursive: true });
  const processes = new LinuxProcessTable();
  const clock = new SystemClock();
  const journal = await openSqliteJournal({ stateDir: folder, create: true, processes, random: new SystemRandom() });
  const store = await DiskArtifactStore.open(join(folder, 'artifacts'));
  const trees = new DiskTreeStore(store);
  const worker = pathToFileURL(join(dirname(program), 'package-worker.js'));
  const world: RunWorld = {
    journal: seenJournal(journal),
    clock,
    holder: processes.self(),
    store,
    trees,
    executor: new LocalExecutor({
      root: join(folder, 'attempts'),
      program: [process.execPath, program, 'supervise'],
      store,
      trees,
      secrets: new MapSecrets({}),
      machinePath: process.env['PATH'] ?? '',
      policy: QUICK_POLICY,
    }),
    builder: new WorkerPackageBuilder({ store, trees, worker, scratchDir: join(folder, 'scratch') }),
    sources: new SourceFetchers({ store, trees, clock, verifier: new OpenpgpVerifier(), env: process.env }),
    parallelSteps,
  };
  return { world, runs: new RunConductor(world), close: () => journal.close() };
}
