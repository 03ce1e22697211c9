import { isAbsolute } from 'node:path';
import type { AttemptSpec, ContainerSpec } from '../../domain/run/attempt.ts';
import { valuesFile } from './attempt-paths.ts';

const STANDARD_PATH = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

/** Folders that npm and npx put in front for the time of one command: a step must not depend on how Slipway was called. */
const OF_NPM = /\/node_modules\/\.bin$|\/node-gyp-bin$/;

/**
 * PATH of the commands: this machine's own, so that a build tool in `/usr/local/go/bin` is found as it is in a terminal, without
 * relative entries and those of npm; then the standard folders that it lacks. It stands in the first line of the log.
 */
export function stepPath(machinePath: string): string {
  const own = machinePath.split(':').filter((folder) => isAbsolute(folder) && !OF_NPM.test(folder));
  return [...new Set([...own, ...STANDARD_PATH])].join(':');
}

/**
 * The whole environment of a container's commands: nothing is inherited. The step's own `env` may replace PATH, HOME, LANG, TZ
 * and SOURCE_DATE_EPOCH, but not the two variables that tell its processes apart and take its values.
 */
export function stepEnvironment(
  spec: AttemptSpec,
  container: ContainerSpec,
  secrets: Readonly<Record<string, string>>,
  at: { readonly work: string; readonly path: string },
): Readonly<Record<string, string>> {
  return {
    PATH: at.path,
    HOME: at.work,
    LANG: 'C.UTF-8',
    TZ: 'UTC',
    SOURCE_DATE_EPOCH: String(spec.sourceDateEpochS),
    ...spec.variables,
    ...container.env,
    ...secrets,
    ...markOf(spec.name, at.work),
  };
}

/**
 * What every process of the attempt has in its environment, unless it throws it away. The name alone would not do: another
 * project on this machine may have an attempt of the same name.
 */
export const markOf = (name: string, work: string): Readonly<Record<string, string>> => ({
  SLIPWAY_ATTEMPT: name,
  SLIPWAY_OUTPUT: valuesFile(work),
});

/** The mark as it stands in `/proc/PID/environ`. */
export const markEntries = (name: string, work: string): readonly string[] =>
  Object.entries(markOf(name, work)).map(([key, value]) => `${key}=${value}`);
