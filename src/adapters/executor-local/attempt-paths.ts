import { join } from 'node:path';
import { AttemptNameError } from './agent-error.ts';

/** Where everything of one attempt lies. */
export interface AttemptPaths {
  readonly folder: string;
  /** The spec as it was started; no secret values. */
  readonly spec: string;
  /** Who runs it. Its existence means: begun, never to be begun again. */
  readonly claim: string;
  readonly log: string;
  /** How it ended; its existence means that it has. */
  readonly exit: string;
  /** Why it shall end; written before the supervisor is signalled. */
  readonly stop: string;
  /** The work folder: HOME of the commands. */
  readonly work: string;
  /** What a supervisor said that could not write anywhere else. */
  readonly diagnostics: string;
}

/** @throws {AttemptNameError} the name could lead elsewhere. */
export function attemptPaths(root: string, name: string): AttemptPaths {
  if (!/^[A-Za-z0-9][A-Za-z0-9.+~_-]{0,62}$/.test(name)) throw new AttemptNameError(name);
  return pathsIn(join(root, name));
}

export const pathsIn = (folder: string): AttemptPaths => ({
  folder,
  spec: join(folder, 'spec.json'),
  claim: join(folder, 'pid'),
  log: join(folder, 'log'),
  exit: join(folder, 'exit.json'),
  stop: join(folder, 'stop.json'),
  work: join(folder, 'work'),
  diagnostics: join(folder, 'supervisor.log'),
});

/** Inside the work folder: scripts and the file `$SLIPWAY_OUTPUT`. Never part of the outputs. */
export const RUN_FOLDER = '.run';

export const valuesFile = (work: string): string => join(work, RUN_FOLDER, 'output');
export const scriptFile = (work: string, container: string): string => join(work, RUN_FOLDER, `${container}.sh`);
