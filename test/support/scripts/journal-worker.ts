// A process of its own that works on a journal: `node script.mjs <what> <state folder> [argument]`.
import { writeSync } from 'node:fs';
import Libsql from 'libsql';
import { openSqliteJournal } from '../../../src/adapters/journal-sqlite/open-sqlite-journal.ts';
import { LinuxProcessTable } from '../../../src/adapters/process-linux/linux-process-table.ts';
import { SystemRandom } from '../../../src/adapters/system-random/system-random.ts';
import { toInstant } from '../../../src/kernel/instant.ts';
import { type Journal, JournalConflictError } from '../../../src/ports/journal.ts';

const [what = '', stateDir = '', argument = ''] = process.argv.slice(2);
const processes = new LinuxProcessTable();
const say = (message: unknown): void => void process.send?.(message);
const told = (): Promise<unknown> => new Promise((resolve) => process.once('message', resolve));
const open = (): Promise<Journal> =>
  openSqliteJournal({ stateDir, create: true, processes, random: new SystemRandom() });

async function append(journal: Journal, stream: string, expectedSeq: number): Promise<void> {
  const event = { type: 'test.noted', v: 1, data: { from: process.pid, n: expectedSeq, padding: 'x'.repeat(200) } };
  await journal.append({ by: 'child', at: toInstant(1), writes: [{ stream, expectedSeq, events: [event] }] });
}

const TASKS: Readonly<Record<string, () => Promise<void>>> = {
  /** Appends to a stream of its own. */
  append: async () => {
    const journal = await open();
    for (let n = 0; n < Number(argument); n++) await append(journal, `run/child-${process.pid}`, n);
    say(journal.id);
    await journal.close();
  },
  /** Appends to one stream after what is there, and prints how long it is after each; an error's code when one comes. */
  tell: async () => {
    try {
      const journal = await open();
      const { length } = await journal.read('watch/told');
      for (let n = length; n < length + Number(argument); n++) {
        await append(journal, 'watch/told', n);
        writeSync(1, `${n + 1}\n`);
      }
      await journal.close();
    } catch (cause) {
      writeSync(1, `${(cause as { code?: string }).code ?? String(cause)}\n`);
      process.exitCode = 1;
    }
  },
  /** Appends, says so after each, and never closes. */
  appendForEver: async () => {
    const journal = await open();
    for (let n = 0; ; n++) {
      await append(journal, 'watch/killed', n);
      say(n + 1);
      await new Promise((resolve) => setImmediate(resolve));
    }
  },
  /** Appends to a stream that others append to as well. */
  contend: async () => {
    const journal = await open();
    for (let done = 0; done < Number(argument); ) {
      try {
        await append(journal, 'run/shared', (await journal.read('run/shared')).length);
        done++;
      } catch (cause) {
        if (!(cause instanceof JournalConflictError)) throw cause;
      }
    }
    await journal.close();
  },
  /** Holds a lease until it is killed. */
  lease: async () => {
    say(await (await open()).acquireLease(argument, processes.self(), 60_000, toInstant(0)));
    await told();
  },
  /** Locks the file as another program would, until told to let go. */
  lock: async () => {
    const db = new Libsql(`${stateDir}/journal.db`);
    db.exec('BEGIN EXCLUSIVE');
    say('locked');
    await told();
    db.exec('ROLLBACK');
    say('let go');
    await told();
  },
};

await TASKS[what]?.();
process.disconnect?.();
