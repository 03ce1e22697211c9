import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { generateReleaseKey, writeKeyFile } from '../adapters/signer-openpgp/generate-release-key.ts';
import { prepareStateFolder } from '../adapters/state-folder/state-folder.ts';
import { SystemClock } from '../adapters/system-clock/system-clock.ts';
import type { InitRequest, InitResult, Place } from '../compose.ts';
import { configJsonSchema } from '../domain/config/config-json-schema.ts';
import { initialConfig, projectName, SCHEMA_FILE } from '../domain/config/initial-config.ts';
import { hasCode } from '../system/has-code.ts';

/** Where the first config keeps its key; named in the config that `init` writes, so it lies beside it. */
const KEY_FILE = 'release-key.asc';

/** Writes what is missing of a first config, its signing key and the schema for editors. What is there is kept as it is. */
export async function initialise({ cwd, configFile }: Place, request: InitRequest): Promise<InitResult> {
  const written: string[] = [];
  const kept: string[] = [];
  const file = configFile ?? 'slipway.yaml';
  const folder = dirname(resolve(cwd, file));
  const named = (name: string): string => join(dirname(file), name);
  const writes = !request.dryRun;

  if (existsSync(resolve(cwd, file))) kept.push(file);
  else {
    const project = request.project ?? projectName(basename(folder));
    const isOurs = !writes || (await writeNew(resolve(cwd, file), initialConfig(project)));
    (isOurs ? written : kept).push(file);
  }
  if (await writeSchema(join(folder, SCHEMA_FILE), writes)) written.push(named(SCHEMA_FILE));
  if (!request.makesKey) return { written, kept, fingerprint: undefined };
  if (existsSync(join(folder, KEY_FILE))) return { written, kept: [...kept, named(KEY_FILE)], fingerprint: undefined };
  written.push(named(KEY_FILE));
  if (!writes) return { written, kept, fingerprint: undefined };
  const project = request.project ?? projectName(basename(folder));
  const key = await generateReleaseKey({ project, now: new SystemClock().now() });
  await writeKeyFile(join(folder, KEY_FILE), key.privateKey);
  return { written, kept, fingerprint: key.fingerprint };
}

/** Two that start at once do not write over each other. @returns false: another has just written it. */
async function writeNew(path: string, text: string): Promise<boolean> {
  try {
    await writeFile(path, text, { flag: 'wx' });
    return true;
  } catch (cause) {
    if (hasCode(cause, 'EEXIST')) return false;
    throw cause;
  }
}

/** The schema that editors complete from: ours, so an older one is written again. @returns whether that was needed. */
async function writeSchema(path: string, writes: boolean): Promise<boolean> {
  const schema = `${JSON.stringify(configJsonSchema(), null, 2)}\n`;
  const there = await readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return undefined;
    throw cause;
  });
  if (there === schema) return false;
  if (writes) {
    await prepareStateFolder(dirname(path)); // kept out of git, for its owner only
    await writeFile(path, schema);
  }
  return true;
}
