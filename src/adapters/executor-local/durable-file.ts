import { randomUUID } from 'node:crypto';
import { closeSync, fsyncSync, linkSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { hasCode } from '../../system/has-code.ts';
import { syncFolderNow } from '../../system/sync-folder.ts';
import { translateDiskError } from './system-error.ts';

/** Writes all bytes; write(2) may take fewer than it is given, a full disk among the reasons. */
export function writeAll(fd: number, bytes: Uint8Array): void {
  let written = 0;
  while (written < bytes.length) written += writeSync(fd, bytes, written);
}

function writeAside(path: string, text: string): string {
  const aside = `${path}.${randomUUID()}`;
  try {
    const fd = openSync(aside, 'wx', 0o600);
    try {
      writeAll(fd, Buffer.from(text));
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    return aside;
  } catch (error) {
    rmSync(aside, { force: true });
    throw translateDiskError(error, path);
  }
}

/** The file is there with all its text, or as it was before. @throws {AgentDiskFullError} */
export function replaceFile(path: string, text: string): void {
  const aside = writeAside(path, text);
  renameSync(aside, path);
  syncFolderNow(dirname(path));
}

/** Makes the file with all its text; false when it was there already: exactly one of several callers wins (link(2)). */
export function createFile(path: string, text: string): boolean {
  const aside = writeAside(path, text);
  try {
    linkSync(aside, path);
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    throw translateDiskError(error, path);
  } finally {
    rmSync(aside, { force: true });
  }
  syncFolderNow(dirname(path));
  return true;
}
