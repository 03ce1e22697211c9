import type { ReleaseWorld } from './conductor/release/release-world.ts';
import type { Finding } from './domain/config/finding.ts';
import type { PlannedConfig } from './domain/release/planned-config.ts';
import type { ArtifactStore } from './ports/artifact-store.ts';
import type { Clock } from './ports/clock.ts';
import type { ConfigRequest, LoadedConfig } from './ports/config-source.ts';
import type { Executor } from './ports/executor.ts';
import type { Journal, LeaseHolder } from './ports/journal.ts';

/** The hidden verb `supervise <attempt folder>`. Nothing else is loaded: one such process lives beside every running step. */
export async function superviseAttempt(args: readonly string[]): Promise<void> {
  const [folder] = args;
  if (folder === undefined) throw new TypeError('supervise: the folder of an attempt is missing');
  const { supervise } = await import('./adapters/executor-local/supervise.ts');
  await supervise(folder);
}

/** Where the doors stand: everything is found from here. */
export interface Place {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly configFile: string | undefined;
  /** `--state`, else SLIPWAY_STATE; undefined: beside the config. */
  readonly stateFolder: string | undefined;
  readonly set: readonly (readonly [path: string, value: string])[];
  /** Something a person should know, that stops nothing. */
  warn(line: string): void;
}

/**
 * `create`: the journal is made if there is none. `read`: it has to be there. `read-or-none`: a project without one counts as
 * one without releases. For a dry run, `rehearse` (like `read`) and `rehearse-create`: nothing is written, the first append ends it.
 */
export type StateAccess = 'create' | 'read' | 'read-or-none' | 'rehearse' | 'rehearse-create';

export interface OpenedState {
  /** Absolute path of the state folder. */
  readonly folder: string;
  /** Entries as today's rules read them. */
  readonly journal: Journal;
  /** Entries as they were recorded, whatever their version: for `slipway journal`. */
  readonly recorded: Journal;
  /** For a dry run: nothing may be changed, neither in the journal nor in the world. */
  readonly isRehearsal: boolean;
  readonly clock: Clock;
  readonly holder: LeaseHolder;
}

export interface OpenedWorld {
  readonly releases: ReleaseWorld;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly executor: Executor;
}

/** Adapters, picked here and nowhere else. Each is loaded when it is asked for: a cold `status` pays for the journal alone. */
export interface SlipwayParts {
  loadConfig(place: Place): Promise<LoadedConfig>;
  /** Where the file differs between the lines' branches. */
  configDrift(place: Place, strict: boolean): Promise<readonly Finding[]>;
  /** The config for a release of a line. Warnings go to `warn`. @throws {ConfigInvalidError} @throws {ConfigNotYetError} */
  readConfig(
    place: Place,
    options: { readonly line?: string; readonly branch?: string },
    warn: (line: string) => void,
  ): Promise<PlannedConfig>;
  openState(place: Place, access: StateAccess): Promise<OpenedState>;
  openExecutor(place: Place, state: OpenedState): Promise<Executor>;
  openArtifacts(place: Place, state: OpenedState): Promise<ArtifactStore>;
  openWorld(place: Place, state: OpenedState): Promise<OpenedWorld>;
  initialise(place: Place, request: InitRequest): Promise<InitResult>;
}

export interface InitRequest {
  readonly project: string | undefined;
  readonly makesKey: boolean;
  /** Says what would be written, writes nothing. */
  readonly dryRun: boolean;
}

export interface InitResult {
  readonly written: readonly string[];
  readonly kept: readonly string[];
  readonly fingerprint: string | undefined;
}

/** @param programFolder where slipway.js and package-worker.js lie; by default where this bundle does. */
export function createParts(programFolder?: URL): SlipwayParts {
  return {
    loadConfig: async (place) => {
      const { loadConfig } = await import('./adapters/config-yaml/load-config.ts');
      return await loadConfig(configRequest(place));
    },
    configDrift: async (place, strict) => {
      const { configDrift } = await import('./adapters/config-yaml/config-drift.ts');
      return await configDrift(configRequest(place), { strict });
    },
    readConfig: async (place, options, warn) => {
      const { readPlannedConfig } = await import('./compose/read-planned-config.ts');
      return await readPlannedConfig(configRequest(place), options, warn);
    },
    openState: async (place, access) => {
      const { openState } = await import('./compose/open-state.ts');
      return await openState(place, access);
    },
    openExecutor: async (place, state) =>
      (await (await import('./compose/open-world.ts')).openAgents(place, state, programFolder)).executor,
    openArtifacts: async (place, state) =>
      (await (await import('./compose/open-world.ts')).openAgents(place, state, programFolder)).store,
    openWorld: async (place, state) =>
      await (await import('./compose/open-world.ts')).openWorld(place, state, programFolder),
    initialise: async (place, request) => await (await import('./compose/initialise.ts')).initialise(place, request),
  };
}

export const configRequest = ({ cwd, env, configFile, set }: Place): ConfigRequest => ({
  cwd,
  env,
  set,
  ...(configFile !== undefined && { file: configFile }),
});
