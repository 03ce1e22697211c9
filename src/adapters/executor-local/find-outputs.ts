import type { BigIntStats, Dirent } from 'node:fs';
import { lstat, readdir, readlink, realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';
import {
  OutputNameError,
  OutputNoMatchError,
  OutputNotAFileError,
  OutputOutsideError,
  OutputTooManyError,
} from '../../domain/artifact/output-error.ts';
import { compileOutputPattern, type OutputPattern } from '../../domain/artifact/output-pattern.ts';
import { TreeError } from '../../domain/artifact/tree-error.ts';
import { checkTreePath } from '../../domain/artifact/tree-path.ts';
import { hasCode } from '../../system/has-code.ts';
import { RUN_FOLDER } from './attempt-paths.ts';

/** More than any release has; a pattern that matches more was meant otherwise. */
const MOST_OUTPUTS = 10_000;
const MOST_NAMES = 1_000_000;

/** A file that an output pattern means, as it was when it was found. */
export interface FoundOutput {
  /** Relative to the work folder, as it matched. */
  readonly path: string;
  /** Its real place, links resolved; below the work folder. */
  readonly realPath: string;
  readonly stat: BigIntStats;
}

/** The files that the patterns mean, sorted by path, each once. `work` has no link in it. @throws {OutputError} */
export async function findOutputs(work: string, patterns: readonly string[]): Promise<readonly FoundOutput[]> {
  const found = new Map<string, FoundOutput>();
  for (const pattern of patterns.map(compileOutputPattern)) {
    let matches = 0;
    let matchesFolder = false;
    for await (const path of pathsBelow(work, pattern)) {
      const output = await outputAt(work, path);
      if (output === 'folder') {
        matchesFolder = true;
        continue;
      }
      matches += 1;
      found.set(path, output);
      if (found.size > MOST_OUTPUTS) {
        throw new OutputTooManyError(
          `More than ${MOST_OUTPUTS} files match the outputs; "${pattern.text}" was the last one read`,
        );
      }
    }
    if (matches === 0) throw new OutputNoMatchError(pattern.text, matchesFolder);
  }
  return [...found.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Everything below the work folder that the pattern means. Links to folders are not followed, but for the pattern's own beginning. */
async function* pathsBelow(work: string, pattern: OutputPattern): AsyncGenerator<string> {
  if (isOurs(pattern.base)) return;
  const start = await realPathWithin(work, pattern.base);
  if (start === undefined) return;
  const folders: { path: string; where: Buffer }[] = [{ path: pattern.base, where: Buffer.from(start) }];
  let names = 0;
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for (const entry of await entriesOf(folder.where)) {
      const name = entry.name.toString('utf8');
      const path = folder.path === '' ? name : `${folder.path}/${name}`;
      if (isOurs(path)) continue;
      names += 1;
      if (names > MOST_NAMES) throw new OutputTooManyError(`More than ${MOST_NAMES} names lie below "${pattern.text}"`);
      if (pattern.matches(path)) {
        checkOutputName(path, Buffer.from(name).equals(entry.name));
        yield path;
      }
      if (entry.isDirectory())
        folders.push({ path, where: Buffer.concat([folder.where, Buffer.from('/'), entry.name]) });
    }
  }
}

const isOurs = (path: string): boolean => path === RUN_FOLDER || path.startsWith(`${RUN_FOLDER}/`);

/** Outputs become part of a folder in the store, so they are held to its rules for names. */
function checkOutputName(path: string, isUtf8: boolean): void {
  if (!isUtf8) throw new OutputNameError(path, 'has a name that is not UTF-8');
  try {
    checkTreePath(path);
  } catch (cause) {
    if (cause instanceof TreeError) throw new OutputNameError(path, 'has a name that cannot be carried', { cause });
    throw cause;
  }
}

async function outputAt(work: string, path: string): Promise<FoundOutput | 'folder'> {
  const realPath = await realPathWithin(work, path);
  if (realPath === undefined) throw new OutputNotAFileError(path, 'a link to nothing, or has vanished');
  const stat = await lstat(realPath, { bigint: true });
  if (stat.isDirectory()) return 'folder';
  if (!stat.isFile()) throw new OutputNotAFileError(path, kindOf(stat));
  return { path, realPath, stat };
}

function kindOf(stat: BigIntStats): string {
  if (stat.isFIFO()) return 'a named pipe';
  if (stat.isSocket()) return 'a socket';
  if (stat.isSymbolicLink()) return 'a link';
  return 'a device';
}

/** The place of a path with all links resolved; undefined when there is nothing. @throws {OutputOutsideError} it leaves the work folder. */
async function realPathWithin(work: string, path: string): Promise<string | undefined> {
  const place = join(work, path);
  try {
    const real = await realpath(place);
    if (real === work || real.startsWith(work + sep)) return real;
    throw new OutputOutsideError(`The output ${JSON.stringify(path)} leads to ${await targetOf(place, real)}`);
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR', 'ELOOP')) return undefined;
    throw error;
  }
}

async function targetOf(place: string, real: string): Promise<string> {
  try {
    return await readlink(place);
  } catch (error) {
    if (hasCode(error, 'EINVAL', 'ENOENT')) return real; // the link is a folder further up
    throw error;
  }
}

/** A pattern may go through what is a file here (`dist/*`): nothing lies below it. */
async function entriesOf(folder: Buffer): Promise<Dirent<Buffer>[]> {
  try {
    return await readdir(folder, { withFileTypes: true, encoding: 'buffer' });
  } catch (error) {
    if (hasCode(error, 'ENOTDIR')) return [];
    throw error;
  }
}
