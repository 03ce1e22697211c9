import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { ChildScript } from '../../../test/support/child-process.ts';
import { TemporaryJournal } from '../../../test/support/temporary-journal.ts';
import type { LeaseHolder } from '../../ports/journal.ts';
import { LinuxProcessTable } from './linux-process-table.ts';

const hasProc = existsSync('/proc/self/stat');
if (!hasProc) console.warn('skipped: there is no /proc here, so whether processes are alive was not checked');
const script = new ChildScript('./scripts/journal-worker.ts');
afterAll(() => script.remove());

const processes = new LinuxProcessTable();

/** Another process as a lease would name it, while it lives. */
function holderOf(pid: number): LeaseHolder {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return { ...processes.self(), pid, startTime: stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '' };
}

test.skipIf(!hasProc)('this process knows itself, and is not gone', () => {
  const self = processes.self();
  expect(self.pid).toBe(process.pid);
  expect(self.startTime).toMatch(/^\d+$/);
  expect(self.bootId).toMatch(/^[0-9a-f-]{36} pid:\[\d+\]$/);
  expect(processes.self()).toEqual(self);
  expect(new LinuxProcessTable().self()).toEqual(self);
  expect(processes.isGone(self)).toBe(false);
});

test.skipIf(!hasProc)('a process that was killed is gone, one that stands still is not', async () => {
  const child = spawn('sleep', ['600'], { stdio: 'ignore' });
  await once(child, 'spawn');
  const holder = holderOf(child.pid ?? 0);
  expect(processes.isGone(holder)).toBe(false);
  child.kill('SIGSTOP');
  expect(processes.isGone(holder)).toBe(false);
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(processes.isGone(holder)).toBe(true);
});

test.skipIf(!hasProc)('a process that ended is gone although its parent has not asked after it', async () => {
  // The shell starts a child, tells its pid, and becomes a sleep that never waits for it.
  const parent = spawn('sh', ['-c', 'sleep 600 & echo $!; exec sleep 600'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const pid = Number(String(await once(parent.stdout, 'data')));
  const holder = holderOf(pid);
  expect(processes.isGone(holder)).toBe(false);
  process.kill(pid, 'SIGKILL');
  const stateOf = (): string => readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) (.).*$/s, '$1');
  await expect.poll(stateOf).toBe('Z');
  expect(processes.isGone(holder)).toBe(true);
  parent.kill('SIGKILL');
  await once(parent, 'exit');
});

test.skipIf(!hasProc)('a pid that now belongs to another process does not stand for the old one', () => {
  expect(processes.isGone({ ...processes.self(), startTime: '1' })).toBe(true);
});

test.skipIf(!hasProc)('of a process elsewhere, or of an earlier boot, nothing is known', () => {
  const self = { ...processes.self(), startTime: '1' };
  expect(processes.isGone({ ...self, host: 'elsewhere' })).toBe(false);
  expect(processes.isGone({ ...self, bootId: 'another' })).toBe(false);
  expect(processes.isGone({ ...self, bootId: '' })).toBe(false);
});

test.skipIf(!hasProc)('the process that locks a file is found by pid and command', async () => {
  const place = new TemporaryJournal();
  await (await place.open()).close();
  const child = script.start('lock', place.dir);
  await child.next();
  const lockers = processes.lockersOf([place.path, `${place.path}-shm`]);
  expect(lockers).toEqual([{ pid: child.pid, command: expect.stringContaining(`lock ${place.dir}`) }]);
  child.tell('let go');
  await child.next();
  expect(processes.lockersOf([place.path, `${place.path}-shm`])).toEqual([]);
  await place.remove();
});

test('a file that is not there is locked by nobody', () => {
  const dir = mkdtempSync(join(tmpdir(), 'slipway-'));
  expect(processes.lockersOf([join(dir, 'none')])).toEqual([]);
  rmSync(dir, { recursive: true });
});
