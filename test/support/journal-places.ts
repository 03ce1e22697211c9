import { createHash } from 'node:crypto';
import { cpSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { defineEvents } from '../../src/domain/journal/event-definition.ts';
import { nothingVerified, verifyEnd, verifyEntries } from '../../src/domain/journal/verify-entries.ts';
import { toInstant } from '../../src/kernel/instant.ts';
import { SlipwayError } from '../../src/kernel/slipway-error.ts';
import type { Journal } from '../../src/ports/journal.ts';
import { TemporaryJournal } from './temporary-journal.ts';

const TEST_EVENTS = defineEvents({
  'test.noted': { v: 1, says: 'For tests.', data: z.looseObject({ n: z.number(), padding: z.string() }) },
});
/** Appends facts to a stream, all at once. */
export const append = async (journal: Journal, stream: string, count: number): Promise<void> => {
  const { length } = await journal.read(stream);
  const events = Array.from({ length: count }, (_, i) => length + i).map((n) => ({
    type: 'test.noted',
    v: 1,
    data: { n, padding: `${n}`.repeat(90) },
  }));
  await journal.append({ by: 'alice', at: toInstant(length), writes: [{ stream, expectedSeq: length, events }] });
};

/** Temporary journals of a test, removed together. */
export class JournalPlaces {
  readonly #made: TemporaryJournal[] = [];

  create(): TemporaryJournal {
    const made = new TemporaryJournal();
    this.#made.push(made);
    return made;
  }

  /** A journal of 120 entries in a few streams, closed. */
  async written(): Promise<TemporaryJournal> {
    const place = this.create();
    const journal = await place.open();
    for (let round = 0; round < 4; round++)
      for (const stream of ['line/weekly', 'release/weekly-1', 'run/weekly-1']) await append(journal, stream, 10);
    await journal.close();
    return place;
  }

  /** The same files at another place; without SQLite's index of the log, which is made anew. */
  copyOf({ dir }: TemporaryJournal): TemporaryJournal {
    const copy = this.create();
    cpSync(dir, copy.dir, { recursive: true, filter: (path) => !path.endsWith('-shm') });
    return copy;
  }

  async remove(): Promise<void> {
    for (const made of this.#made.splice(0)) await made.remove();
  }
}

/** Every file of a folder but SQLite's index of the log, which is no data. */
export const bytesOf = (dir: string): Record<string, string> =>
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
export async function readAll(at: TemporaryJournal): Promise<{ entries: number; findings: number } | SlipwayError> {
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

/** The same of a journal that must be sound enough to be read. */
export async function readWhole(at: TemporaryJournal): Promise<{ entries: number; findings: number }> {
  const outcome = await readAll(at);
  if (outcome instanceof SlipwayError) throw outcome;
  return outcome;
}
