// A process that conducts a run and nothing else, for tests that kill it: `node script.mjs PROGRAM FOLDER PLAN after|before K`.
// At its K-th append (0: never) it ends itself with SIGKILL; what it has started stays. It tells `{ state, appends }` at the end.
import { readFileSync } from 'node:fs';
import type { RunPlan } from '../../../src/domain/run/run-plan.ts';
import type { Journal } from '../../../src/ports/journal.ts';
import { openLocalRun } from '../local-run.ts';

const [program = '', folder = '', planFile = '', when = 'after', k = '0'] = process.argv.slice(2);
const plan = JSON.parse(readFileSync(planFile, 'utf8')) as RunPlan;
let appends = 0;

function die(): never {
  process.kill(process.pid, 'SIGKILL');
  throw new Error('SIGKILL did not end this process');
}

const mortal = (journal: Journal): Journal =>
  new Proxy(journal, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key);
      if (typeof value !== 'function') return value;
      if (key !== 'append') return value.bind(target);
      return async (append: Parameters<Journal['append']>[0]) => {
        appends += 1;
        if (when === 'before' && appends === Number(k)) die();
        const entries = await target.append(append);
        if (when === 'after' && appends === Number(k)) die();
        return entries;
      };
    },
  });

const { runs, close } = await openLocalRun(folder, program, { seenJournal: mortal });
await runs.open(plan, 'alice');
process.send?.({ state: 'opened', appends });
const { state } = await runs.drive(plan.release, 'build', { signal: new AbortController().signal });
process.send?.({ state, appends });
await close();
process.disconnect?.();
