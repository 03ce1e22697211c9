import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { ChildScript } from '../../../test/support/child-process.ts';
import { TemporaryJournal } from '../../../test/support/temporary-journal.ts';
import { canMount, Tmpfs } from '../../../test/support/tmpfs.ts';
import { toInstant } from '../../kernel/instant.ts';
import { SlipwayError } from '../../kernel/slipway-error.ts';
import type { Journal } from '../../ports/journal.ts';

const script = new ChildScript('./scripts/journal-worker.ts');
afterAll(() => script.remove());
const mounts = canMount('a journal on a full or read-only disk');

const append = (journal: Journal, seq: number) =>
  journal.append({
    by: 'alice',
    at: toInstant(1),
    writes: [
      {
        stream: 'line/weekly',
        expectedSeq: seq,
        events: [{ type: 'test.noted', v: 1, data: { n: seq, text: 'x'.repeat(500) } }],
      },
    ],
  });

async function onTmpfs(
  sizeBytes: number,
  body: (disk: Tmpfs, place: TemporaryJournal) => Promise<void>,
): Promise<void> {
  const disk = new Tmpfs(sizeBytes);
  const dir = join(disk.path, 'state');
  mkdirSync(dir);
  const place = new TemporaryJournal(dir);
  try {
    await body(disk, place);
  } finally {
    disk.readOnly(false);
    await place.remove();
    disk.close();
  }
}

test.skipIf(!mounts)(
  'a disk that is full at any append loses nothing, says so, and is used again once it has space',
  () =>
    onTmpfs(4 * 1024 * 1024, async (disk, place) => {
      let journal = await place.open();
      let recorded = 0;
      let refused = 0;
      for (let pages = 0; pages < 24; pages++) {
        disk.fill(pages * 4096);
        for (let tries = 0; tries < 8; tries++) {
          try {
            await append(journal, recorded);
            recorded++;
          } catch (cause) {
            expect(cause).toMatchObject({ code: 'SLIP_JOURNAL_DISK_FULL', exitCode: 1 });
            refused++;
            break;
          }
        }
        expect((await journal.read('line/weekly')).map(({ data }) => data['n'])).toEqual(
          Array.from({ length: recorded }, (_, n) => n),
        );
        if (pages % 3 === 0) {
          await journal.close(); // bringing the log home finds no space either
          journal = await place.open({ create: false });
          expect(await journal.head()).toBe(recorded);
        }
        disk.free();
        await append(journal, recorded++);
      }
      expect(refused).toBeGreaterThan(5);
      expect(await journal.read('line/weekly')).toHaveLength(recorded);
      expect(readFileSync(place.headPath, 'utf8')).toContain(String(recorded).padStart(16, '0'));
    }),
);

test.skipIf(!mounts)('a journal that cannot be made for want of space says so, and is made once there is some', () =>
  onTmpfs(1024 * 1024, async (disk, place) => {
    for (let pages = 0; pages < 40; pages++) {
      disk.fill(pages * 4096);
      const made = await place.open().catch((cause: unknown) => cause);
      if (!(made instanceof SlipwayError)) {
        expect(pages).toBeGreaterThan(3);
        break;
      }
      expect(made, `${pages} pages left`).toMatchObject({ code: 'SLIP_JOURNAL_DISK_FULL', exitCode: 1 });
      disk.free();
    }
    disk.free();
    const journal = await place.open();
    await append(journal, 0);
    expect(await journal.head()).toBe(1);
  }),
);

test.skipIf(!mounts)('a read-only disk is told from a broken one', () =>
  onTmpfs(1024 * 1024, async (disk, place) => {
    const readOnly = { code: 'SLIP_JOURNAL_READ_ONLY', exitCode: 1 };
    await script.start('append', place.dir, '1').ended(); // a process of its own: this one would keep the file open for writing
    disk.readOnly(true);
    await expect(place.open({ create: false })).rejects.toMatchObject(readOnly);
    await expect(place.open({ create: true })).rejects.toMatchObject(readOnly);
    disk.readOnly(false);
    const again = await place.open({ create: false });
    await append(again, 0);
    expect(await again.head()).toBe(2);
  }),
);
