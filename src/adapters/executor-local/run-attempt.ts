import type { AttemptExit, AttemptSpec, ContainerSpec } from '../../domain/run/attempt.ts';
import { describeExit } from '../../domain/run/describe-exit.ts';
import { agentExit } from './agent-exit.ts';
import { AttemptLog } from './attempt-log.ts';
import type { AttemptPaths } from './attempt-paths.ts';
import type { Ending } from './ending.ts';
import type { Launch } from './launch.ts';
import { runContainer } from './run-container.ts';
import { secretPatterns, valuesHoldSecret } from './step-secrets.ts';

const LONGEST_TIMER_MS = 2 ** 31 - 1;

export interface AttemptWorld {
  readonly spec: AttemptSpec;
  readonly launch: Launch;
  readonly paths: AttemptPaths;
  readonly ending: Ending;
}

export interface AttemptResult {
  readonly exit: AttemptExit;
  readonly valuesHoldSecret: boolean;
}

/** Runs the containers of an attempt one after the other, within its time-out. Never throws: whatever goes wrong is its exit. */
export async function runAttempt(world: AttemptWorld): Promise<AttemptResult> {
  try {
    const { patterns, unmasked } = secretPatterns(world.launch.secrets);
    let isLogLost = false;
    const log = new AttemptLog(world.paths.log, patterns, (error) => {
      isLogLost = true;
      world.ending.end(agentExit(error, world.paths.log));
    });
    log.note(`PATH is ${world.launch.path}`);
    for (const name of unmasked)
      log.note(`The secret ${name} has fewer than 4 characters: it cannot be masked in this log.`);
    const exit = await runContainers(world, log);
    if (exit.how !== 'exit' || exit.code !== 0) log.note(describeExit(exit));
    log.close();
    // A log that could not be kept is a failure, whatever the commands said; unless they were to be ended anyhow.
    return {
      exit: isLogLost ? (world.ending.exit ?? exit) : exit,
      valuesHoldSecret: valuesHoldSecret(world.paths.work, patterns),
    };
  } catch (error) {
    return { exit: agentExit(error, world.paths.folder), valuesHoldSecret: false };
  }
}

async function runContainers(world: AttemptWorld, log: AttemptLog): Promise<AttemptExit> {
  const { spec, launch, paths, ending } = world;
  let current = spec.containers[0]?.name ?? '';
  const timer = setTimeout(
    () => ending.end({ how: 'timeout', container: current, afterMs: spec.timeoutMs }),
    Math.min(spec.timeoutMs, LONGEST_TIMER_MS),
  );
  ending.signal.addEventListener(
    'abort',
    () => ending.exit && log.note(`Ending the commands. ${describeExit(ending.exit)}`),
  );
  try {
    let exit: AttemptExit = { how: 'exit', container: current, code: 0 };
    for (const container of spec.containers) {
      current = container.name;
      const secrets = launch.secrets[container.name] ?? {};
      const at = {
        spec,
        work: paths.work,
        path: launch.path,
        secrets,
        log,
        policy: launch.policy,
        ending: ending.signal,
      };
      const ended = await runUnlessEnded(container, at);
      if (ended === 'ended') return ending.exit ?? exit;
      exit = ended;
      if (exit.how !== 'exit' || exit.code !== 0) break;
    }
    return exit;
  } catch (error) {
    return agentExit(error, paths.work);
  } finally {
    clearTimeout(timer);
  }
}

const runUnlessEnded = async (container: ContainerSpec, at: Parameters<typeof runContainer>[1]) =>
  at.ending.aborted ? 'ended' : runContainer(container, at);
