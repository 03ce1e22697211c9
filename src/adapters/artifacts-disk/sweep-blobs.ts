import { access, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { artifactPath } from '../../domain/artifact/artifact-path.ts';
import type { Sha256 } from '../../kernel/ids.ts';
import type { Blob } from '../../ports/artifact-store.ts';
import { hasCode } from '../../system/has-code.ts';
import { translateWriteError } from './disk-failure.ts';
import { temporaryName } from './temporary-name.ts';

/** Bytes that nothing names are kept this long: a plan that is being made may be about to name them. */
const BETWEEN_MARKS_MS = 24 * 60 * 60 * 1000;

/**
 * The marks of a store: `marks/<digest>` holds the time of the first sweep that found the blob unnamed. A put of the same
 * bytes takes the mark away, so whoever has just been promised a blob keeps it.
 */
export class SweepMarks {
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  #path(sha256: Sha256): string {
    return join(this.#root, 'marks', sha256);
  }

  async remove(sha256: Sha256): Promise<void> {
    try {
      await rm(this.#path(sha256), { force: true });
    } catch (error) {
      throw translateWriteError(error, this.#path(sha256));
    }
  }

  /** Removes, of the blobs that nothing names, those with a mark old enough; marks the others. */
  async sweep(unnamed: Blob, nowMs: number): Promise<'removed' | 'marked'> {
    const path = this.#path(unnamed.sha256);
    const markedAtMs = Number.parseInt(await readFile(path, 'utf8').catch(absentIsEmpty), 10);
    // No mark, a torn one, or one from the future (a clock that was wrong): the time starts now.
    if (Number.isNaN(markedAtMs) || markedAtMs > nowMs) {
      await writeFile(path, `${nowMs}\n`).catch((error: unknown) => {
        throw translateWriteError(error, path);
      });
      return 'marked';
    }
    if (nowMs - markedAtMs < BETWEEN_MARKS_MS) return 'marked';
    return (await this.#take(unnamed.sha256)) ? 'removed' : 'marked';
  }

  /** Aside first, then look at the mark again: a put may have asked for these bytes in between. */
  async #take(sha256: Sha256): Promise<boolean> {
    const blob = join(this.#root, artifactPath(sha256));
    const aside = join(this.#root, 'sha256', temporaryName());
    try {
      await rename(blob, aside);
    } catch (error) {
      if (hasCode(error, 'ENOENT')) return false; // another sweep was faster
      throw translateWriteError(error, blob);
    }
    const isStillMarked = await access(this.#path(sha256)).then(() => true, absentIsFalse);
    if (!isStillMarked) await rename(aside, blob);
    else await rm(aside).then(() => this.remove(sha256));
    return isStillMarked;
  }

  /** Marks of blobs that are named again, or gone, mean nothing. */
  async forget(isUnnamed: (sha256: Sha256) => boolean): Promise<void> {
    for (const name of await readdir(join(this.#root, 'marks'))) {
      if (!isUnnamed(name as Sha256)) await this.remove(name as Sha256);
    }
  }
}

function absentIsEmpty(error: unknown): string {
  if (hasCode(error, 'ENOENT')) return '';
  throw error;
}

function absentIsFalse(error: unknown): false {
  if (hasCode(error, 'ENOENT')) return false;
  throw error;
}
