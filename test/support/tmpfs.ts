import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A small file system of its own: it can be full, read-only or gone, as a real disk can. */
export class Tmpfs {
  readonly path = mkdtempSync(join(tmpdir(), 'slipway-tmpfs-'));

  /** @param inodes how many files and folders it holds at most. */
  constructor(sizeBytes: number, inodes = 4096) {
    const options = `size=${sizeBytes},nr_inodes=${inodes},mode=0755`;
    execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'slipway-test', this.path]);
  }

  freeBytes(): number {
    const { bavail, bsize } = statfsSync(this.path);
    return bavail * bsize;
  }

  /** Fills it up until `leaveBytes` (whole pages) are free; `free` gives the space back. */
  fill(leaveBytes = 0): void {
    const excess = this.freeBytes() - leaveBytes;
    if (excess > 0) writeFileSync(join(this.path, `filler-${excess}`), Buffer.alloc(excess), { flag: 'a' });
  }

  free(): void {
    for (const name of readdirSync(this.path)) if (name.startsWith('filler-')) rmSync(join(this.path, name));
  }

  readOnly(isReadOnly: boolean): void {
    execFileSync('mount', ['-o', `remount,${isReadOnly ? 'ro' : 'rw'}`, this.path]);
  }

  close(): void {
    execFileSync('umount', ['-l', this.path]);
    rmdirSync(this.path);
  }
}

/** May this user mount? Else a line says what is not checked. */
export function canMount(unchecked: string): boolean {
  const probe = mkdtempSync(join(tmpdir(), 'slipway-tmpfs-'));
  const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'slipway-test', probe]);
  if (status === 0) spawnSync('umount', [probe]);
  else console.warn(`skipped: this user cannot mount a tmpfs, so ${unchecked} was not checked`);
  rmdirSync(probe);
  return status === 0;
}
