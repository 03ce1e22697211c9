import type { Executor } from '../../ports/executor.ts';
import { RehearsalOver } from './rehearse.ts';

/** The agent for a dry run: attempts are looked up and their logs are read; none is started, stopped, collected or removed. */
export function rehearsalExecutor(executor: Executor): Executor {
  return {
    kind: executor.kind,
    start: ({ name }) => Promise.reject(new RehearsalOver(`attempt ${name} is started`)),
    stop: (name) => Promise.reject(new RehearsalOver(`attempt ${name} is stopped`)),
    collect: ({ name }) => Promise.reject(new RehearsalOver(`the outputs of attempt ${name} are taken`)),
    cleanUp: (name) => Promise.reject(new RehearsalOver(`the work folder of attempt ${name} is removed`)),
    lookup: (name) => executor.lookup(name),
    wait: (name, signal) => executor.wait(name, signal),
    logs: (name, options) => executor.logs(name, options),
  };
}
