import { cpSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import fc from 'fast-check';
import Libsql from 'libsql';
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import { ChildScript } from '../../../test/support/child-process.ts';
import { bytesOf, JournalPlaces, readAll, readWhole } from '../../../test/support/journal-places.ts';
import type { TemporaryJournal } from '../../../test/support/temporary-journal.ts';
import { SlipwayError } from '../../kernel/slipway-error.ts';

const script = new ChildScript('./scripts/journal-worker.ts');
afterAll(() => script.remove());
const places = new JournalPlaces();
let place: TemporaryJournal;
beforeEach(() => {
  place = places.create();
});
afterEach(() => places.remove());

test('a journal cut off anywhere is refused with exit 6, and stays as it was found', async () => {
  const original = await places.written();
  const size = statSync(original.path).size;
  const offsets = [0, 1, 15, 16, 99, 100, 101, 4095, 4096, 4097, size - 4096, size - 1];
  for (let offset = 512; offset < size; offset += 5003) offsets.push(offset);
  for (const offset of offsets) {
    const cut = places.copyOf(original);
    truncateSync(cut.path, offset);
    const before = bytesOf(cut.dir);
    const outcome = await readAll(cut);
    expect(outcome, `cut at ${offset}`).toBeInstanceOf(SlipwayError);
    expect(outcome).toMatchObject({ exitCode: 6, code: expect.stringMatching(/^SLIP_JOURNAL_(DAMAGED|BEHIND)$/) });
    expect((outcome as SlipwayError).remedy).not.toBe('');
    expect(bytesOf(cut.dir)).toEqual(before);
  }
});

test('other bytes in the journal are an error, a finding of verify, or change nothing: never other facts', async () => {
  const original = await places.written();
  const bytes = readFileSync(original.path);
  const intact = { entries: 120, findings: 0 };
  expect(await readAll(original)).toEqual(intact);
  let found = 0;
  await fc.assert(
    fc.asyncProperty(fc.nat(bytes.length - 1), fc.uint8Array({ minLength: 1, maxLength: 64 }), async (at, noise) => {
      const copy = places.create();
      cpSync(original.headPath, copy.headPath);
      const damaged = Buffer.from(bytes);
      damaged.set(noise.subarray(0, damaged.length - at), at);
      writeFileSync(copy.path, damaged);
      const outcome = await readAll(copy);
      if (outcome instanceof SlipwayError) {
        found++;
        expect(outcome.code).toMatch(/^SLIP_(JOURNAL_(DAMAGED|BEHIND|FOREIGN|SCHEMA_NEWER|IO)|NOT_A_JOURNAL)$/);
      } else if (outcome.findings > 0) found++;
      else expect(outcome).toEqual(intact);
      await copy.remove();
    }),
    { numRuns: 100 },
  );
  expect(found).toBeGreaterThan(20);
});

test('a file of random bytes is refused as damaged', async () => {
  for (const size of [1, 100, 5000, 65_536]) {
    const noise = Buffer.from(fc.sample(fc.uint8Array({ minLength: size, maxLength: size, size: 'max' }), 1)[0] ?? []);
    writeFileSync(place.path, noise);
    await expect(place.open()).rejects.toMatchObject({ code: 'SLIP_JOURNAL_DAMAGED', exitCode: 6 });
    expect(readFileSync(place.path).equals(noise)).toBe(true);
  }
});

test('a cut write-ahead log opens without complaint in SQLite; the noted head finds it', async () => {
  const child = script.start('appendForEver', place.dir);
  while ((await child.next<number>()) < 60);
  await child.end('SIGKILL');
  const log = `${place.path}-wal`;
  const size = statSync(log).size;
  const { entries, findings } = await readWhole(places.copyOf(place));
  expect(findings).toBe(0);
  const noted = Math.max(
    ...readFileSync(place.headPath, 'utf8')
      .split('\n')
      .map((line) => Number(line.split(' ')[1] ?? 0)),
  );
  expect(noted).toBeGreaterThanOrEqual(60);
  for (let offset = size - 1; offset >= 0; offset -= 20_011) {
    const cut = places.copyOf(place);
    truncateSync(`${cut.path}-wal`, offset);
    const outcome = await readAll(cut);
    // Killed between commit and note: that last entry was never told to anybody, and may go. Nothing else may.
    if (!(outcome instanceof SlipwayError)) expect([noted, entries], `cut at ${offset}`).toContain(outcome.entries);
    else expect(outcome).toMatchObject({ code: 'SLIP_JOURNAL_BEHIND', exitCode: 6 });
  }
  const lost = places.copyOf(place);
  rmSync(`${lost.path}-wal`);
  expect(await readAll(lost)).toMatchObject({ code: 'SLIP_JOURNAL_BEHIND', exitCode: 6 });
});

test('rules are refused a stream whose entries were changed, removed or added by hand', async () => {
  const original = await places.written();
  const tampering = [
    `UPDATE entry SET "by" = 'mallory' WHERE stream = 'line/weekly' AND seq = 5`,
    `UPDATE entry SET data = replace(data, '9', '8') WHERE stream = 'line/weekly' AND seq = 40`,
    `DELETE FROM entry WHERE stream = 'line/weekly' AND seq = 1`,
    `DELETE FROM entry WHERE stream = 'line/weekly' AND seq = 40`,
    `DELETE FROM entry WHERE stream = 'line/weekly'`,
    `INSERT INTO entry SELECT 500, stream, 41, at, type, v, data, "by", prev FROM entry WHERE stream = 'line/weekly' AND seq = 40`,
    `UPDATE entry SET data = '{"n":' WHERE stream = 'line/weekly' AND seq = 7`,
    `DELETE FROM stream WHERE name = 'line/weekly'`,
  ];
  for (const sql of tampering) {
    const copy = places.copyOf(original);
    const db = new Libsql(copy.path);
    db.exec(sql);
    db.close();
    const journal = await copy.open();
    await expect(journal.read('line/weekly'), sql).rejects.toMatchObject({ code: 'SLIP_JOURNAL_DAMAGED', exitCode: 6 });
    expect(await journal.read('run/weekly-1')).toHaveLength(40);
  }
});
