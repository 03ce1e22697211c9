import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { ChildScript } from '../../../test/support/child-process.ts';
import { hasProgram } from '../../../test/support/has-program.ts';
import { TemporaryJournal } from '../../../test/support/temporary-journal.ts';

/** What puts a journal on disk. Reads, and the index of the log (shared memory), cannot lose anything. */
const CALLS = 'pwrite64,fdatasync,fsync,ftruncate,link,linkat,unlink';
/** All of them in CI; here a spread, so that an ordinary test run stays short. */
const SPREAD = process.env['SLIPWAY_FULL_TESTS'] === '1' ? 40 : 8;

const script = new ChildScript('./scripts/journal-worker.ts');
let place: TemporaryJournal;
afterEach(() => place.remove());
afterAll(() => script.remove());

/** Appends three entries from a process of its own; returns what it printed. */
function tell(options: readonly string[]): string[] {
  const command = ['-f', '-qq', ...options, process.execPath, script.path, 'tell', place.dir, '3'];
  const { stdout } = spawnSync('strace', command, { encoding: 'utf8' });
  return stdout.split('\n').filter((line) => line !== '');
}

/** Which of the writes of a run to touch: the first run makes the journal, later ones append to it. */
function writesToTouch(): number[] {
  place = new TemporaryJournal();
  const log = join(place.dir, 'calls');
  tell(['-o', log, '-e', `trace=${CALLS}`]);
  const calls = readFileSync(log, 'utf8').trim().split('\n').length;
  expect(calls).toBeGreaterThan(15);
  const step = Math.max(1, Math.floor(calls / SPREAD));
  return Array.from({ length: Math.ceil(calls / step) }, (_, i) => 1 + i * step + (process.pid % step));
}

/** The journal opens, holds all that was told, is whole, and goes on. */
async function expectSound(told: readonly string[]): Promise<void> {
  const journal = await place.open();
  const entries = await journal.read('watch/told');
  expect(entries.length).toBeGreaterThanOrEqual(Math.max(0, ...told.map(Number).filter(Number.isInteger)));
  expect(entries.map(({ data }) => data['n'])).toEqual(entries.map((_, n) => n));
  expect(await journal.head()).toBe(entries.length);
  await journal.close();
  expect(tell([]).at(-1)).toBe(String(entries.length + 3));
}

describe.skipIf(!hasProgram('strace', 'that a crash or an I/O error at any write loses no fact'))(
  'at any of its writes',
  () => {
    test('a process can be killed: the journal opens, all that was told is there, and it goes on', {
      timeout: 300_000,
    }, async () => {
      for (const call of writesToTouch()) {
        for (const isNew of [true, false]) {
          place = await replaced(place);
          if (!isNew) tell([]);
          const told = tell([
            '-o',
            '/dev/null',
            '-e',
            `trace=${CALLS}`,
            '-e',
            `inject=${CALLS}:signal=SIGKILL:when=${call}`,
          ]);
          await expectSound(told);
        }
      }
    });

    test.each(['EIO', 'ENOSPC'])(
      'the disk can say %s: the error is told by name, nothing that was told is lost',
      { timeout: 300_000 },
      async (error) => {
        let failed = 0;
        for (const call of writesToTouch()) {
          for (const isNew of [true, false]) {
            place = await replaced(place);
            if (!isNew) tell([]);
            const told = tell([
              '-o',
              '/dev/null',
              '-e',
              `trace=${CALLS}`,
              '-e',
              `inject=${CALLS}:error=${error}:when=${call}`,
            ]);
            for (const line of told.filter((word) => !/^\d+$/.test(word))) {
              expect(line, `call ${call}`).toMatch(/^SLIP_JOURNAL_(IO|DISK_FULL)$/);
              failed++;
            }
            await expectSound(told);
          }
        }
        expect(failed).toBeGreaterThan(3);
      },
    );

    test('a fact is told only after the log and the head were synced to the disk', () => {
      place = new TemporaryJournal();
      const log = join(place.dir, 'calls');
      tell(['-o', log, '-e', 'trace=write,fdatasync,fsync']);
      const calls = readFileSync(log, 'utf8').split('\n');
      const told = calls.flatMap((call, at) => (/ write\(1, "\d\\n"/.test(call) ? [at] : []));
      expect(told).toHaveLength(3);
      for (const [i, at] of told.entries()) {
        const before = calls.slice(i === 0 ? 0 : told[i - 1], at);
        expect(before.filter((call) => / f(data)?sync\(\d+\) += 0/.test(call)).length).toBeGreaterThanOrEqual(2);
      }
    });
  },
);

async function replaced(old: TemporaryJournal): Promise<TemporaryJournal> {
  await old.remove();
  return new TemporaryJournal();
}
