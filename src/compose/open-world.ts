import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DiskArtifactStore } from '../adapters/artifacts-disk/disk-artifact-store.ts';
import { DiskTreeStore } from '../adapters/artifacts-disk/disk-tree-store.ts';
import { AptClient } from '../adapters/client-apt/apt-client.ts';
import { ReaderClient } from '../adapters/client-reader/reader-client.ts';
import { LocalExecutor } from '../adapters/executor-local/local-executor.ts';
import { DiskOrigin } from '../adapters/origin-disk/disk-origin.ts';
import { WorkerPackageBuilder } from '../adapters/package-builder/worker-package-builder.ts';
import { LocalSecretReader } from '../adapters/secrets/local-secret-reader.ts';
import { generateReleaseKey } from '../adapters/signer-openpgp/generate-release-key.ts';
import { OpenpgpVerifier } from '../adapters/signer-openpgp/openpgp-verifier.ts';
import { SourceFetchers } from '../adapters/sources/source-fetchers.ts';
import { HttpViewServer } from '../adapters/view-http/http-view-server.ts';
import type { OpenedState, OpenedWorld, Place } from '../compose.ts';
import { rehearsalExecutor } from '../conductor/rehearsal/rehearsal-executor.ts';
import { rehearsalOrigin } from '../conductor/rehearsal/rehearsal-origin.ts';
import { RunConductor } from '../conductor/run/run-conductor.ts';
import type { ArtifactStore } from '../ports/artifact-store.ts';
import type { Executor } from '../ports/executor.ts';
import type { Origin } from '../ports/origin.ts';
import type { SecretReader } from '../ports/secret-reader.ts';
import type { TreeStore } from '../ports/tree-store.ts';
import { openPublishing } from './open-publishing.ts';

export interface Agents {
  readonly store: ArtifactStore;
  readonly trees: TreeStore;
  readonly secrets: SecretReader;
  readonly executor: Executor;
}

/** The artifact store and the local agent of a state folder. */
export async function openAgents(
  { env, warn }: Place,
  { folder, isRehearsal }: OpenedState,
  programFolder = bundleFolder(),
): Promise<Agents> {
  const store = await DiskArtifactStore.open(join(folder, 'artifacts'), {
    onRepair: ({ sha256, path, actual }) => {
      const found = actual === 'unreadable' ? 'could not be read' : `had sha256 ${actual}`;
      warn(`warning: Artifact ${sha256} was damaged (${path} ${found}) and has been replaced. Check the disk.`);
    },
  });
  const trees = new DiskTreeStore(store);
  const secrets = new LocalSecretReader({
    env,
    onWarning: (happened, remedy) => warn(`warning: ${happened} ${remedy}`),
  });
  const local = new LocalExecutor({
    root: join(folder, 'attempts'),
    program: [process.execPath, fileURLToPath(new URL('./slipway.js', programFolder)), 'supervise'],
    store,
    trees,
    secrets,
    machinePath: env['PATH'] ?? '',
  });
  return { store, trees, secrets, executor: isRehearsal ? rehearsalExecutor(local) : local };
}

/** Everything a release asks of the world, on this machine. */
export async function openWorld(
  place: Place,
  state: OpenedState,
  programFolder = bundleFolder(),
): Promise<OpenedWorld> {
  const { store, trees, secrets, executor } = await openAgents(place, state, programFolder);
  const { journal, clock, holder } = state;
  const verifier = new OpenpgpVerifier();
  const runs = new RunConductor({
    journal,
    clock,
    holder,
    store,
    trees,
    executor,
    builder: new WorkerPackageBuilder({
      store,
      trees,
      worker: new URL('./package-worker.js', programFolder),
      scratchDir: join(state.folder, 'scratch'),
    }),
    sources: new SourceFetchers({ store, trees, clock, verifier, env: place.env }),
    parallelSteps: availableParallelism(),
  });
  const releases = {
    journal,
    clock,
    holder,
    store,
    runs,
    clients: [
      new ReaderClient({ clock, verifier }),
      new AptClient({
        strangerKey: async () => (await generateReleaseKey({ project: 'stranger', now: clock.now() })).publicKey,
      }),
    ],
    views: (config: Parameters<OpenedWorld['releases']['views']>[0]) => new HttpViewServer({ config }),
    origin: originsOf(store, state),
    publishing: openPublishing({ secrets, clock }),
  };
  return { releases, journal, clock, executor };
}

/** One object for each tree: a second one would wait for the lock that the first one holds. */
function originsOf(store: ArtifactStore, { isRehearsal }: OpenedState): OpenedWorld['releases']['origin'] {
  const origins = new Map<string, Origin>();
  return ({ origin: { path } }) => {
    const known = origins.get(path);
    if (known !== undefined) return known;
    const disk = new DiskOrigin(path, store);
    const origin = isRehearsal ? rehearsalOrigin(disk) : disk;
    origins.set(path, origin);
    return origin;
  };
}

/** Chunks lie in dist/chunks/, the program and the worker beside them in dist/. */
const bundleFolder = (): URL => new URL(import.meta.url.includes('/chunks/') ? '../' : './', import.meta.url);
