import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import Libsql from 'libsql';
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { ChildScript } from '../../../test/support/child-process.ts';
import { TemporaryJournal } from '../../../test/support/temporary-journal.ts';
import { defineEvents } from '../../domain/journal/event-definition.ts';
import { nothingVerified, verifyEnd, verifyEntries } from '../../domain/journal/verify-entries.ts';
import { toInstant } from '../../kernel/instant.ts';
import { SlipwayError } from '../../kernel/slipway-error.ts';
import type { Journal } from '../../ports/journal.ts';

const script = new ChildScript('./scripts/journal-worker.ts');
const places: TemporaryJournal[] = [];
let place: TemporaryJournal;
const newPlace = (): TemporaryJournal => {
  const made = new TemporaryJournal();
  places.push(made);
  return made;
};
beforeEach(() => {
  place = newPlace();
});
afterEach(async () => {
  for (const made of places.splice(0)) await made.remove();
});
afterAll(() => script.remove());

const TEST_EVENTS = defineEvents({
  'test.noted': { v: 1, says: 'For tests.', data: z.looseObject({ n: z.number(), padding: z.string() }) },
});
const append = async (journal: Journal, stream: string, count: number): Promise<void> => {
  const { length } = await journal.read(stream);
  const events = Array.from({ length: count }, (_, i) => length + i).map((n) => ({
    type: 'test.noted',
    v: 1,
    data: { n, padding: `${n}`.repeat(90) },
  }));
  await journal.append({ by: 'alice', at: toInstant(length), writes: [{ stream, expectedSeq: length, events }] });
};

/** A journal of 120 entries in a few streams, closed. */
async function written(): Promise<TemporaryJournal> {
  const journal = await place.open();
  for (let round = 0; round < 4; round++)
    for (const stream of ['line/weekly', 'release/weekly-1', 'run/weekly-1']) await append(journal, stream, 10);
  await journal.close();
  return place;
}

/** The same files at another place; without SQLite's index of the log, which is made anew. */
function copyOf({ dir }: TemporaryJournal): TemporaryJournal {
  const copy = newPlace();
  cpSync(dir, copy.dir, { recursive: true, filter: (path) => !path.endsWith('-shm') });
  return copy;
}

/** Every file of a folder but SQLite's index of the log, which is no data. */
const bytesOf = (dir: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(dir)
      .filter((name) => !name.endsWith('-shm') && !(name.endsWith('-wal') && statSync(join(dir, name)).size === 0))
      .map((name) => [
        name,
        createHash('sha256')
          .update(readFileSync(join(dir, name)))
          .digest('hex'),
      ]),
  );

/** What opening and reading everything comes to. */
async function readAll(at: TemporaryJournal): Promise<{ entries: number; findings: number } | SlipwayError> {
  let journal: Journal | undefined;
  try {
    journal = await at.open({ create: true });
    const entries = await journal.readFrom(0, 10_000);
    const verified = nothingVerified();
    const findings = [
      ...verifyEntries(verified, entries, TEST_EVENTS),
      ...verifyEnd(verified, await journal.streams('')),
    ];
    return { entries: entries.length, findings: findings.length };
  } catch (cause) {
    if (cause instanceof SlipwayError) return cause;
    throw cause;
  } finally {
    await journal?.close();
  }
}

async function whole(at: TemporaryJournal): Promise<{ entries: number; findings: number }> {
  const outcome = await readAll(at);
  if (outcome instanceof SlipwayError) throw outcome;
  return outcome;
}

test('a command that only reads says that there is no journal yet, and makes none', async () => {
  await expect(place.open({ create: false })).rejects.toMatchObject({ code: 'SLIP_JOURNAL_MISSING', exitCode: 2 });
  expect(readdirSync(place.dir)).toEqual([]);
  rmSync(place.dir, { recursive: true });
  await expect(place.open({ create: false })).rejects.toMatchObject({ code: 'SLIP_JOURNAL_MISSING' });
  await expect(place.open({ create: true })).rejects.toMatchObject({ code: 'SLIP_JOURNAL_IO' });
});

test('a closed journal is one file and the note of its head; nothing else is left behind', async () => {
  const { dir } = await written();
  expect(Object.keys(bytesOf(dir)).sort()).toEqual(['head', 'journal.db']);
  const journal = await place.open({ create: false });
  expect(await journal.head()).toBe(120);
  expect(readFileSync(place.headPath, 'utf8')).toMatch(new RegExp(`^(${journal.id} \\d{16} [0-9a-f]{8}\n){8}$`));
});

test('a journal cut off anywhere is refused with exit 6, and stays as it was found', async () => {
  const original = await written();
  const size = statSync(original.path).size;
  const offsets = [0, 1, 15, 16, 99, 100, 101, 4095, 4096, 4097, size - 4096, size - 1];
  for (let offset = 512; offset < size; offset += 5003) offsets.push(offset);
  for (const offset of offsets) {
    const cut = copyOf(original);
    truncateSync(cut.path, offset);
    const before = bytesOf(cut.dir);
    const outcome = await readAll(cut);
    expect(outcome, `cut at ${offset}`).toBeInstanceOf(SlipwayError);
    expect(outcome).toMatchObject({ exitCode: 6, code: expect.stringMatching(/^SLIP_JOURNAL_(DAMAGED|BEHIND)$/) });
    expect((outcome as SlipwayError).remedy).not.toBe('');
    expect(bytesOf(cut.dir)).toEqual(before);
  }
});

test('a journal that was deleted, or is empty, is refused while its head is remembered', async () => {
  const original = await written();
  rmSync(original.path);
  const missing = { code: 'SLIP_JOURNAL_BEHIND', exitCode: 6, message: expect.stringContaining('position 120') };
  await expect(original.open()).rejects.toMatchObject(missing);
  expect(existsSync(original.path)).toBe(false);
  new Libsql(original.path).exec('PRAGMA journal_mode = WAL; VACUUM');
  await expect(original.open()).rejects.toMatchObject(missing);
});

test('other bytes in the journal are an error, a finding of verify, or change nothing: never other facts', async () => {
  const original = await written();
  const bytes = readFileSync(original.path);
  const intact = { entries: 120, findings: 0 };
  expect(await readAll(original)).toEqual(intact);
  let found = 0;
  await fc.assert(
    fc.asyncProperty(fc.nat(bytes.length - 1), fc.uint8Array({ minLength: 1, maxLength: 64 }), async (at, noise) => {
      const copy = newPlace();
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
  const { entries, findings } = await whole(copyOf(place));
  expect(findings).toBe(0);
  const noted = Math.max(
    ...readFileSync(place.headPath, 'utf8')
      .split('\n')
      .map((line) => Number(line.split(' ')[1] ?? 0)),
  );
  expect(noted).toBeGreaterThanOrEqual(60);
  for (let offset = size - 1; offset >= 0; offset -= 20_011) {
    const cut = copyOf(place);
    truncateSync(`${cut.path}-wal`, offset);
    const outcome = await readAll(cut);
    // Killed between commit and note: that last entry was never told to anybody, and may go. Nothing else may.
    if (!(outcome instanceof SlipwayError)) expect([noted, entries], `cut at ${offset}`).toContain(outcome.entries);
    else expect(outcome).toMatchObject({ code: 'SLIP_JOURNAL_BEHIND', exitCode: 6 });
  }
  const lost = copyOf(place);
  rmSync(`${lost.path}-wal`);
  expect(await readAll(lost)).toMatchObject({ code: 'SLIP_JOURNAL_BEHIND', exitCode: 6 });
});

test('an older copy of the journal is refused: facts that were acted on are missing from it', async () => {
  const original = await written();
  const older = readFileSync(original.path);
  const journal = await original.open();
  await append(journal, 'line/weekly', 1);
  await journal.close();
  writeFileSync(original.path, older);
  await expect(original.open({ create: false })).rejects.toMatchObject({
    code: 'SLIP_JOURNAL_BEHIND',
    exitCode: 6,
    message: expect.stringMatching(/ends at position 120, but .* position 121/),
  });
  expect(readFileSync(original.path).equals(older)).toBe(true);
});

test('a journal that runs ahead of its noted head is fine: the process died between the two', async () => {
  const original = await written();
  const head = readFileSync(original.headPath);
  const journal = await original.open();
  await append(journal, 'line/weekly', 1);
  await journal.close();
  writeFileSync(original.headPath, head);
  const again = await original.open();
  expect(await again.head()).toBe(121);
  await append(again, 'line/weekly', 1);
  expect(readFileSync(original.headPath, 'utf8')).toContain(`${again.id} 0000000000000122`);
});

test('another journal in this place is refused by its id', async () => {
  const original = await written();
  const other = newPlace();
  await append(await other.open(), 'line/weekly', 500);
  const { id } = await other.open();
  await other.open().then((journal) => journal.close());
  cpSync(original.headPath, other.headPath);
  await expect(other.open()).rejects.toMatchObject({
    code: 'SLIP_JOURNAL_FOREIGN',
    exitCode: 6,
    message: expect.stringContaining(id),
  });
});

test('a torn note leaves the others; a head file without one whole note is refused', async () => {
  const original = await written();
  const notes = readFileSync(original.headPath);
  const torn = Buffer.from(notes);
  torn.write('9', torn.lastIndexOf('0000000000000120') + 13, 'latin1'); // half of a newer note: 920, with the check of 120
  writeFileSync(original.headPath, torn);
  const journal = await original.open();
  expect(await journal.head()).toBe(120);
  await journal.close();
  for (const bytes of [Buffer.alloc(0), Buffer.alloc(notes.length), Buffer.from('120\n'), notes.subarray(0, 20)]) {
    writeFileSync(original.headPath, bytes);
    await expect(original.open()).rejects.toMatchObject({ code: 'SLIP_JOURNAL_HEAD', exitCode: 6 });
    expect(readFileSync(original.headPath).equals(bytes)).toBe(true);
  }
  rmSync(original.headPath); // what the remedy says: the journal is whole, so its end is noted again
  expect(await (await original.open()).head()).toBe(120);
  expect(readFileSync(original.headPath, 'utf8')).toContain('0000000000000120');
});

test('a journal of a newer Slipway is refused and left alone', async () => {
  const copy = copyOf(await written());
  const db = new Libsql(copy.path);
  db.exec('PRAGMA user_version = 2');
  db.close();
  const before = bytesOf(copy.dir);
  await expect(copy.open()).rejects.toMatchObject({
    code: 'SLIP_JOURNAL_SCHEMA_NEWER',
    exitCode: 6,
    message: expect.stringContaining('has schema version 2; this Slipway knows versions up to 1'),
  });
  expect(bytesOf(copy.dir)).toEqual(before);
});

test('a database of another program is refused and left alone', async () => {
  const db = new Libsql(place.path);
  db.exec('CREATE TABLE bookmarks (url TEXT)');
  db.close();
  const before = bytesOf(place.dir);
  await expect(place.open()).rejects.toMatchObject({ code: 'SLIP_NOT_A_JOURNAL', exitCode: 6 });
  expect(bytesOf(place.dir)).toEqual(before);
});

test('rules are refused a stream whose entries were changed, removed or added by hand', async () => {
  const original = await written();
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
    const copy = copyOf(original);
    const db = new Libsql(copy.path);
    db.exec(sql);
    db.close();
    const journal = await copy.open();
    await expect(journal.read('line/weekly'), sql).rejects.toMatchObject({ code: 'SLIP_JOURNAL_DAMAGED', exitCode: 6 });
    expect(await journal.read('run/weekly-1')).toHaveLength(40);
  }
});

test('a journal that a copying tool took out of its log mode gets it back', async () => {
  const copy = copyOf(await written());
  const db = new Libsql(copy.path);
  db.exec('PRAGMA journal_mode = DELETE');
  db.close();
  const journal = await copy.open({ create: false });
  await append(journal, 'line/weekly', 1);
  expect(statSync(`${copy.path}-wal`).size).toBeGreaterThan(0);
});

test('a journal that vanishes or is replaced while it is open is noticed before and while following', async () => {
  const journal = await place.open();
  await append(journal, 'run/a', 3);
  const following = (async () => {
    for await (const entry of journal.follow(3, new AbortController().signal)) expect.fail(`saw ${entry.position}`);
  })();
  const gone = { code: 'SLIP_JOURNAL_VANISHED', exitCode: 1 };
  const aside = newPlace();
  renameSync(place.path, aside.path);
  await expect(following).rejects.toMatchObject(gone);
  await expect(append(journal, 'run/a', 1)).rejects.toMatchObject(gone);
  await expect(journal.head()).rejects.toMatchObject(gone);
  writeFileSync(place.path, '');
  await expect(journal.read('run/a')).rejects.toMatchObject(gone);
  rmSync(place.dir, { recursive: true });
  await expect(
    journal.acquireLease('x', { host: '', bootId: '', pid: 1, startTime: '' }, 1, toInstant(0)),
  ).rejects.toMatchObject(gone);
});
