import { cpSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import Libsql from 'libsql';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { append, bytesOf, JournalPlaces } from '../../../test/support/journal-places.ts';
import type { TemporaryJournal } from '../../../test/support/temporary-journal.ts';
import { toInstant } from '../../kernel/instant.ts';

const places = new JournalPlaces();
let place: TemporaryJournal;
beforeEach(() => {
  place = places.create();
});
afterEach(() => places.remove());

test('a command that only reads says that there is no journal yet, and makes none', async () => {
  await expect(place.open({ create: false })).rejects.toMatchObject({ code: 'SLIP_JOURNAL_MISSING', exitCode: 2 });
  expect(readdirSync(place.dir)).toEqual([]);
  rmSync(place.dir, { recursive: true });
  await expect(place.open({ create: false })).rejects.toMatchObject({ code: 'SLIP_JOURNAL_MISSING' });
  await expect(place.open({ create: true })).rejects.toMatchObject({ code: 'SLIP_JOURNAL_IO' });
});

test('a closed journal is one file and the note of its head; nothing else is left behind', async () => {
  place = await places.written();
  expect(Object.keys(bytesOf(place.dir)).sort()).toEqual(['head', 'journal.db']);
  const journal = await place.open({ create: false });
  expect(await journal.head()).toBe(120);
  expect(readFileSync(place.headPath, 'utf8')).toMatch(new RegExp(`^(${journal.id} \\d{16} [0-9a-f]{8}\n){8}$`));
});

test('a journal that was deleted, or is empty, is refused while its head is remembered', async () => {
  const original = await places.written();
  rmSync(original.path);
  const missing = { code: 'SLIP_JOURNAL_BEHIND', exitCode: 6, message: expect.stringContaining('position 120') };
  await expect(original.open()).rejects.toMatchObject(missing);
  expect(existsSync(original.path)).toBe(false);
  new Libsql(original.path).exec('PRAGMA journal_mode = WAL; VACUUM');
  await expect(original.open()).rejects.toMatchObject(missing);
});

test('an older copy of the journal is refused: facts that were acted on are missing from it', async () => {
  const original = await places.written();
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
  const original = await places.written();
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
  const original = await places.written();
  const other = places.create();
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
  const original = await places.written();
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
  const copy = places.copyOf(await places.written());
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

test('a journal that a copying tool took out of its log mode gets it back', async () => {
  const copy = places.copyOf(await places.written());
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
  const aside = places.create();
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
