// The command line, on a journal that kills this process and everything it started, as a power cut would: right after its
// k-th append (`after`), or right before it (`before`: the act is done, its receipt is not written).
//   node script.mjs PROGRAM_FOLDER after|before K ARGUMENTS...
// K may also be the type of an event: the first append that records one.
import { readdirSync, readFileSync } from 'node:fs';
import { runCommandLine } from '../../../src/cli/command-line.ts';
import { createParts } from '../../../src/compose.ts';
import type { Journal } from '../../../src/ports/journal.ts';

const [programFolder = '', when = 'after', k = '0', ...argv] = process.argv.slice(2);

let appends = 0;

const isMeant = ({ writes }: Parameters<Journal['append']>[0]): boolean =>
  appends === Number(k) || writes.some(({ events }) => events.some(({ type }) => type === k));

/** Supervisors are detached from us; they and their steps carry the folder of this state in their environment or arguments. */
function killEverything(stateFolder: string): never {
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)) {
    try {
      const told = readFileSync(`/proc/${pid}/cmdline`, 'utf8') + readFileSync(`/proc/${pid}/environ`, 'utf8');
      if (told.includes(stateFolder)) process.kill(Number(pid), 'SIGKILL');
    } catch {
      // it ended meanwhile, or is not ours to look at
    }
  }
  process.kill(process.pid, 'SIGKILL');
  throw new Error('SIGKILL did not end this process');
}

function mortal(journal: Journal, stateFolder: string): Journal {
  return new Proxy(journal, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key);
      if (typeof value !== 'function') return value;
      if (key !== 'append') return value.bind(target);
      return async (append: Parameters<Journal['append']>[0]) => {
        appends += 1;
        if (when === 'before' && isMeant(append)) killEverything(stateFolder);
        const entries = await target.append(append);
        if (when === 'after' && isMeant(append)) killEverything(stateFolder);
        return entries;
      };
    },
  });
}

const parts = createParts(new URL(programFolder));
process.exitCode = await runCommandLine(argv, {
  ...parts,
  openState: async (place, access) => {
    const state = await parts.openState(place, access);
    return { ...state, journal: mortal(state.journal, state.folder) };
  },
});
process.send?.({ appends });
