import { link, lstat, open, rename, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Sha256 } from '../../kernel/ids.ts';
import { ArtifactDamagedError, ArtifactTargetError } from '../../ports/artifact-store-error.ts';
import { hasCode } from '../../system/has-code.ts';
import { syncFolder } from '../../system/sync-folder.ts';
import { translateWriteError } from './disk-failure.ts';
import { digestOfFile, passingPieces } from './file-bytes.ts';
import { IncomingFile } from './incoming-file.ts';
import { removeAbandoned } from './remove-abandoned.ts';

interface Placement {
  readonly sha256: Sha256;
  /** The blob's file. */
  readonly from: string;
  readonly to: string;
}

/**
 * link(2). Where that cannot be (EXDEV: another file system; EMLINK: 65,000 links; EPERM and its kin: a file system
 * without hard links, or fs.protected_hardlinks), a durable copy instead.
 */
export async function linkBlob(placement: Placement): Promise<'linked' | 'copied'> {
  try {
    await link(placement.from, placement.to);
    return 'linked';
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return acceptSameBytes(placement, error);
    if (!hasCode(error, 'EXDEV', 'EMLINK', 'EPERM', 'EOPNOTSUPP', 'ENOSYS'))
      throw translateWriteError(error, placement.to);
  }
  await removeAbandoned(dirname(placement.to), Date.now());
  return copyBlob(placement, 0o444, 'durable');
}

/** A copy whose bytes are checked while they are written; only the whole, right file gets the final name. */
export async function copyBlob(placement: Placement, mode: number, how: 'durable' | 'quick'): Promise<'copied'> {
  const { sha256, from, to } = placement;
  const source = await open(from, 'r');
  try {
    const incoming = await IncomingFile.create(dirname(to), to, how);
    try {
      for await (const piece of passingPieces(source)) await incoming.write(piece);
      const actual = incoming.digest();
      if (actual !== sha256) throw new ArtifactDamagedError(sha256, from, actual);
      await incoming.seal(mode);
      await moveToFreeName(incoming.path, placement);
      if (how === 'durable') await syncFolder(dirname(to));
      return 'copied';
    } finally {
      await incoming.discard();
    }
  } finally {
    await source.close();
  }
}

/** rename(2) would replace what is there; link(2) refuses in the same step in which it names. */
async function moveToFreeName(temporary: string, placement: Placement): Promise<void> {
  try {
    await link(temporary, placement.to);
    await unlink(temporary);
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return void (await acceptSameBytes(placement, error));
    if (!hasCode(error, 'EPERM', 'EOPNOTSUPP', 'ENOSYS')) throw translateWriteError(error, placement.to);
    if (await lstat(placement.to).catch(() => undefined)) return void (await acceptSameBytes(placement, error));
    await rename(temporary, placement.to); // a file system without hard links
  }
}

/** Placing twice is the same as once; anything else under that name is left as it is. */
async function acceptSameBytes({ sha256, from, to }: Placement, cause: unknown): Promise<'linked' | 'copied'> {
  const [there, blob] = [await lstat(to), await lstat(from)];
  if (there.isFile()) {
    if (there.ino === blob.ino && there.dev === blob.dev) return 'linked';
    if (there.size === blob.size && (await digestOfFile(to)) === sha256) return 'copied';
  }
  throw new ArtifactTargetError(to, sha256, { cause });
}
