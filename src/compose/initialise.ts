import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { generateReleaseKey, writeKeyFile } from '../adapters/signer-openpgp/generate-release-key.ts';
import { SystemClock } from '../adapters/system-clock/system-clock.ts';
import type { InitRequest, InitResult, Place } from '../compose.ts';
import { initialConfig } from '../domain/config/initial-config.ts';

/** Where the first config keeps its key; named in the config that `init` writes. */
const KEY_FILE = 'release-key.asc';

/** Writes what is missing of a first config and its signing key. What is there is kept as it is. */
export async function initialise({ cwd, configFile }: Place, request: InitRequest): Promise<InitResult> {
  const written: string[] = [];
  const kept: string[] = [];
  const project = request.project ?? projectName(basename(resolve(cwd)));
  const file = configFile ?? 'slipway.yaml';
  if (existsSync(resolve(cwd, file))) kept.push(file);
  else {
    // `wx`: two that start at once do not write over each other.
    await writeFile(resolve(cwd, file), initialConfig(project), { flag: 'wx' });
    written.push(file);
  }
  if (!request.makesKey) return { written, kept, fingerprint: undefined };
  const keyPath = join(cwd, KEY_FILE);
  if (existsSync(keyPath)) return { written, kept: [...kept, KEY_FILE], fingerprint: undefined };
  const key = await generateReleaseKey({ project, now: new SystemClock().now() });
  await writeKeyFile(keyPath, key.privateKey);
  return { written: [...written, KEY_FILE], kept, fingerprint: key.fingerprint };
}

/** A folder's name as a project may be called: `a-z 0-9 -`. */
function projectName(folder: string): string {
  const name = folder
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
  return name === '' ? 'project' : name;
}
