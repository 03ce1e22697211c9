import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { dirname, relative, resolve } from 'node:path';
import { checkConfig } from '../../domain/config/check-config.ts';
import type { Finding } from '../../domain/config/finding.ts';
import type { Sha256 } from '../../kernel/ids.ts';
import type { ConfigFile, ConfigRequest, LoadedConfig } from '../../ports/config-source.ts';
import { findConfig } from './find-config.ts';
import { parseYaml } from './parse-yaml.ts';

/** Finds, reads and checks the config. What is wrong with it is in `findings`; only a broken disk throws. */
export async function loadConfig(request: ConfigRequest): Promise<LoadedConfig> {
  const found = request.file === undefined ? await findConfig(request.cwd) : [resolve(request.cwd, request.file)];
  const path = found[0];
  if (path === undefined) return nothing([notFound(request)]);
  const file = displayName(request.cwd, path);
  if (found.length > 1)
    return nothing([
      twoFiles(
        file,
        found.map((one) => displayName(request.cwd, one)),
      ),
    ]);
  const bytes = await readBytes(path, file);
  if (!(bytes instanceof Uint8Array)) return nothing([bytes], path);
  const parsed = parseYaml(bytes, file);
  const files: ConfigFile[] = [{ file, sha256: createHash('sha256').update(bytes).digest('hex') as Sha256 }];
  if (parsed.root === undefined) return { ...nothing(parsed.findings, path), files };
  const checked = checkConfig(parsed.root, { baseDir: dirname(path), overrides: {}, findings: parsed.findings });
  return { ...checked, files, path };
}

const nothing = (findings: readonly Finding[], path?: string): LoadedConfig => ({
  config: undefined,
  digest: undefined,
  findings,
  files: [],
  path,
  explain: () => [],
});

/** Relative to where the reader stands, unless that is the longer way to say it. */
export function displayName(cwd: string, path: string): string {
  const short = relative(cwd, path);
  return short.length < path.length ? short : path;
}

const at = (file: string) => ({ file, line: 0, column: 0, severity: 'error' }) as const;

function notFound({ cwd }: ConfigRequest): Finding {
  return {
    ...at('slipway.yaml'),
    code: 'SLIP_CONFIG_NOT_FOUND',
    happened: `No slipway.yaml or .slipway.yaml in ${cwd} or above.`,
    remedy: 'Run "slipway init", or name a file with --config.',
  };
}

function twoFiles(file: string, all: readonly string[]): Finding {
  return {
    ...at(file),
    code: 'SLIP_CONFIG_TWO_FILES',
    happened: `One folder holds several configs: ${all.join(', ')}.`,
    remedy: 'Keep one, or name one with --config.',
  };
}

async function readBytes(path: string, file: string): Promise<Uint8Array | Finding> {
  try {
    return await readFile(path);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT')
      return {
        ...at(file),
        code: 'SLIP_CONFIG_NOT_FOUND',
        happened: `There is no file ${file}.`,
        remedy: 'Mend the path after --config.',
      };
    if (code === 'EACCES' || code === 'EPERM' || code === 'EISDIR')
      return {
        ...at(file),
        code: 'SLIP_CONFIG_UNREADABLE',
        happened: code === 'EISDIR' ? `${file} is a folder.` : `${file} cannot be read (${code}).`,
        remedy: 'Name a file that this user can read.',
      };
    throw error;
  }
}
