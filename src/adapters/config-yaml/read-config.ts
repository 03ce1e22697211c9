import { dirname, relative, resolve } from 'node:path';
import { type CheckedConfig, checkConfig } from '../../domain/config/check-config.ts';
import type { Finding } from '../../domain/config/finding.ts';
import { overrideConfig } from '../../domain/config/override-config.ts';
import type { ConfigFile, ConfigRequest } from '../../ports/config-source.ts';
import { checkFiles } from './check-files.ts';
import { findConfig } from './find-config.ts';
import { type ConfigFolder, readConfigTree, readLocal } from './read-config-tree.ts';

/** A config as read from this machine, or why there is none. */
export interface ReadConfig {
  /** Absolute path of the main file. */
  readonly path: string | undefined;
  /** Its name in messages. */
  readonly file: string;
  readonly files: readonly ConfigFile[];
  readonly checked: CheckedConfig | undefined;
  readonly findings: readonly Finding[];
}

/** Finds, reads, overrides and checks. */
export async function readConfig(request: ConfigRequest): Promise<ReadConfig> {
  const found = request.file === undefined ? await findConfig(request.cwd) : [resolve(request.cwd, request.file)];
  const path = found[0];
  if (path === undefined) return failed(undefined, 'slipway.yaml', notFound(request.cwd));
  const file = displayName(request.cwd, path);
  if (found.length > 1) return failed(path, file, twoFiles(found.map((one) => displayName(request.cwd, one))));
  const read = await readLocal(path);
  if ('problem' in read) return failed(path, file, unreadable(file, read.problem));
  const folder = workingFolder(request.cwd, dirname(path));
  const tree = await readConfigTree(folder, read.bytes, file);
  if (tree.root === undefined) return { path, file, files: tree.files, checked: undefined, findings: tree.findings };
  const { root, findings, overrides } =
    tree.root.kind === 'map'
      ? overrideConfig(tree.root, request.env, request.set ?? [])
      : { root: tree.root, findings: [], overrides: {} };
  const checked = checkConfig(root, {
    isComplete: tree.isComplete,
    baseDir: folder.baseDir,
    overrides,
    findings: [...tree.findings, ...findings, ...(await checkFiles(root, folder))],
  });
  return { path, file, files: tree.files, checked, findings: checked.findings };
}

/** The folder of the config on this machine. */
export const workingFolder = (cwd: string, baseDir: string): ConfigFolder => ({
  baseDir,
  read: (path) => readLocal(resolve(baseDir, path)),
  nameOf: (path) => displayName(cwd, resolve(baseDir, path)),
});

/** Relative to where the reader stands, unless that is the longer way to say it. */
function displayName(cwd: string, path: string): string {
  const short = relative(cwd, path);
  return short.length < path.length ? short : path;
}

const failed = (
  path: string | undefined,
  file: string,
  said: Pick<Finding, 'code' | 'happened' | 'remedy'>,
): ReadConfig => ({
  path,
  file,
  files: [],
  checked: undefined,
  findings: [{ file, line: 0, column: 0, severity: 'error', ...said }],
});

const notFound = (cwd: string) => ({
  code: 'SLIP_CONFIG_NOT_FOUND' as const,
  happened: `No slipway.yaml or .slipway.yaml in ${cwd} or above.`,
  remedy: 'Run "slipway init", or name a file with --config.',
});

const twoFiles = (all: readonly string[]) => ({
  code: 'SLIP_CONFIG_TWO_FILES' as const,
  happened: `One folder holds several configs: ${all.join(', ')}.`,
  remedy: 'Keep one, or name one with --config.',
});

const unreadable = (file: string, problem: string) => ({
  code: problem.startsWith('there is no') ? ('SLIP_CONFIG_NOT_FOUND' as const) : ('SLIP_CONFIG_UNREADABLE' as const),
  happened: `${file} cannot be read: ${problem}.`,
  remedy: 'Name a file that this user can read with --config.',
});
