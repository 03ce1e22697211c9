import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { type ConfigNode, type MapNode, nodeAt } from '../../domain/config/config-node.ts';
import type { Finding } from '../../domain/config/finding.ts';
import { mergeIncludes } from '../../domain/config/merge-includes.ts';
import type { Sha256 } from '../../kernel/ids.ts';
import type { ConfigFile } from '../../ports/config-source.ts';
import { showFile } from './git.ts';
import { parseYaml } from './parse-yaml.ts';

/** Bytes of a file, or why there are none, in words that end a sentence. */
export type FileRead = { readonly bytes: Uint8Array; readonly commit?: string } | { readonly problem: string };

/** Where a config and the files beside it are read: this folder, or a branch. */
export interface ConfigFolder {
  /** The folder of the config on this machine, for git. */
  readonly baseDir: string;
  /** `path` is relative to the config. */
  read(path: string): Promise<FileRead>;
  /** What a file is called in messages. */
  nameOf(path: string): string;
}

export interface ConfigTree {
  /** Main file over its includes; undefined when the main file is no YAML. */
  readonly root: ConfigNode | undefined;
  readonly findings: readonly Finding[];
  readonly files: readonly ConfigFile[];
  /** False when an included file could not be read. */
  readonly isComplete: boolean;
}

/** Reads the main file (given as bytes) and what it includes. */
export async function readConfigTree(
  folder: ConfigFolder,
  bytes: Uint8Array,
  file: string,
  commit?: string,
): Promise<ConfigTree> {
  const main = parseYaml(bytes, file);
  const files: ConfigFile[] = [describe(file, bytes, commit)];
  if (main.root?.kind !== 'map') return { root: main.root, findings: main.findings, files, isComplete: true };
  const findings = [...main.findings];
  const includes: MapNode[] = [];
  let isComplete = true;
  const listed = nodeAt(main.root, ['include']);
  for (const item of listed?.kind === 'list' ? listed.items : []) {
    const include = await readInclude(folder, item);
    if (include === undefined) continue; // malformed: the shape of the file is checked later
    findings.push(...include.findings);
    if (include.file !== undefined) files.push(include.file);
    if (include.root !== undefined) includes.push(include.root);
    else isComplete = false;
  }
  const merged = mergeIncludes(main.root, includes);
  return { root: merged.root, findings: [...findings, ...merged.findings], files, isComplete };
}

interface Include {
  readonly root?: MapNode;
  readonly file?: ConfigFile;
  readonly findings: readonly Finding[];
}

async function readInclude(folder: ConfigFolder, item: ConfigNode): Promise<Include | undefined> {
  const ref = textAt(item, 'ref');
  const path = item.kind === 'scalar' && typeof item.value === 'string' ? item.value : textAt(item, 'file');
  if (path === undefined || (item.kind === 'map' && ref === undefined)) return undefined;
  const file = ref === undefined ? folder.nameOf(path) : `${ref}:${path}`;
  const read = ref === undefined ? await folder.read(path) : await showFile(folder.baseDir, ref, path);
  const fail = (happened: string): Include => ({
    findings: [
      {
        ...item.place,
        severity: 'error',
        code: 'SLIP_CONFIG_INCLUDE',
        happened,
        remedy: 'Mend the path or ref, or take the include out.',
      },
    ],
  });
  if ('problem' in read) return fail(`The included ${file} cannot be read: ${read.problem}.`);
  const parsed = parseYaml(read.bytes, file, 'include');
  const described = describe(file, read.bytes, read.commit);
  if (parsed.root?.kind === 'map') return { root: parsed.root, file: described, findings: parsed.findings };
  if (parsed.root === undefined) return { file: described, findings: parsed.findings };
  return { ...fail(`The included ${file} is no map of keys and values.`), file: described };
}

function textAt(item: ConfigNode, key: string): string | undefined {
  const node = nodeAt(item, [key]);
  return node?.kind === 'scalar' && typeof node.value === 'string' ? node.value : undefined;
}

const describe = (file: string, bytes: Uint8Array, commit: string | undefined): ConfigFile => ({
  file,
  sha256: createHash('sha256').update(bytes).digest('hex') as Sha256,
  ...(commit !== undefined && { commit }),
});

const PROBLEMS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'there is no such file',
  EISDIR: 'it is a folder',
  EACCES: 'this user may not read it',
  EPERM: 'this user may not read it',
  ELOOP: 'its links go in a circle',
  ENAMETOOLONG: 'its name is too long',
};

/** A file of this machine. Errors that say nothing about the file itself (a broken disk) are thrown. */
export async function readLocal(path: string): Promise<FileRead> {
  try {
    return { bytes: await readFile(path) };
  } catch (error) {
    const problem = PROBLEMS[(error as NodeJS.ErrnoException).code ?? ''];
    if (problem === undefined) throw error;
    return { problem };
  }
}
