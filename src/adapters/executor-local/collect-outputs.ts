import { type BigIntStats, constants } from 'node:fs';
import { type FileHandle, open, readlink, realpath } from 'node:fs/promises';
import {
  OutputChangedError,
  OutputNotAFileError,
  StepValuesError,
  StepValuesSecretError,
} from '../../domain/artifact/output-error.ts';
import { LONGEST_STEP_VALUES_BYTES, parseStepValues } from '../../domain/artifact/step-values.ts';
import type { AttemptSpec, Collected, OutputFile } from '../../domain/run/attempt.ts';
import type { ArtifactStore } from '../../ports/artifact-store.ts';
import { hasCode } from '../../system/has-code.ts';
import { WorkFolderGoneError } from './agent-error.ts';
import { valuesFile } from './attempt-paths.ts';
import { type FoundOutput, findOutputs } from './find-outputs.ts';

// A pipe in the file's place must not hold us up; a link in its place is not followed.
const OPEN_FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/**
 * Takes the outputs of an attempt from its work folder into the store. The commands were not ours, and something of them may
 * still be alive: each file is opened once, without following a link, and has to be the one that was found.
 * @throws {OutputError}
 */
export async function collectOutputs(
  spec: AttemptSpec,
  work: string,
  store: ArtifactStore,
  valuesHoldSecret: boolean,
): Promise<Collected> {
  const realWork = await realWorkFolder(work);
  if (valuesHoldSecret) throw new StepValuesSecretError();
  const values = await readStepValues(work);
  const files: OutputFile[] = [];
  for (const found of await findOutputs(realWork, spec.outputs)) files.push(await takeIn(found, store));
  return { files, values };
}

async function realWorkFolder(work: string): Promise<string> {
  try {
    return await realpath(work);
  } catch (cause) {
    if (hasCode(cause, 'ENOENT')) throw new WorkFolderGoneError(work, { cause });
    throw cause;
  }
}

async function takeIn(found: FoundOutput, store: ArtifactStore): Promise<OutputFile> {
  const { path, realPath, stat } = found;
  const file = await openOutput(path, realPath);
  try {
    const before = await file.stat({ bigint: true });
    // The folders on the way may have been replaced by links: the kernel knows where the open file lies.
    const place = await readlink(`/proc/self/fd/${file.fd}`);
    if (!before.isFile() || !isSame(before, stat) || place !== realPath) throw new OutputChangedError(path);
    const { sha256, sizeBytes } = await store.put(file.createReadStream({ autoClose: false, start: 0 }));
    const after = await file.stat({ bigint: true });
    if (!isSame(after, stat) || BigInt(sizeBytes) !== stat.size) throw new OutputChangedError(path);
    return { path, sha256, sizeBytes, mode: (stat.mode & 0o100n) === 0n ? 0o644 : 0o755 };
  } finally {
    await file.close();
  }
}

/** Inode numbers are used again at once; the time of the last change of a file's inode (ctime) cannot be set by anybody. */
const isSame = (one: BigIntStats, other: BigIntStats): boolean =>
  one.dev === other.dev && one.ino === other.ino && one.ctimeNs === other.ctimeNs && one.size === other.size;

async function openOutput(path: string, realPath: string): Promise<FileHandle> {
  try {
    return await open(realPath, OPEN_FLAGS);
  } catch (error) {
    if (hasCode(error, 'ELOOP', 'ENOENT', 'ENOTDIR', 'ENXIO')) throw new OutputChangedError(path);
    if (hasCode(error, 'EACCES', 'EPERM')) throw new OutputNotAFileError(path, 'a file that may not be read');
    throw error;
  }
}

/** The step may have removed the file: then it has set nothing. */
async function readStepValues(work: string): Promise<Readonly<Record<string, string>>> {
  let file: FileHandle;
  try {
    file = await open(valuesFile(work), OPEN_FLAGS);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return {};
    if (hasCode(error, 'ELOOP', 'ENXIO', 'ENOTDIR', 'EACCES'))
      throw new StepValuesError('it is no ordinary file any more');
    throw error;
  }
  try {
    if (!(await file.stat()).isFile()) throw new StepValuesError('it is no ordinary file any more');
    const bytes = Buffer.alloc(LONGEST_STEP_VALUES_BYTES + 1);
    const { bytesRead } = await file.read(bytes, 0, bytes.length, 0);
    return parseStepValues(bytes.subarray(0, bytesRead));
  } finally {
    await file.close();
  }
}
