import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { realpathSync, statSync } from 'node:fs';
import { join, sep } from 'node:path';
import type { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AttemptExit, AttemptSpec, ContainerSpec } from '../../domain/run/attempt.ts';
import { SlipwayError } from '../../kernel/slipway-error.ts';
import { hasCode } from '../../system/has-code.ts';
import { AgentDirMissingError, AgentEnvironmentError, AgentFailedError, AgentSpawnError } from './agent-error.ts';
import type { AttemptLog, ContainerStream } from './attempt-log.ts';
import { scriptFile } from './attempt-paths.ts';
import { type Belonging, endProcesses, type FoundProcess, waitForEnd } from './end-processes.ts';
import type { EndingPolicy } from './ending-policy.ts';
import { findShell } from './find-shell.ts';
import { markEntries, stepEnvironment } from './step-environment.ts';

/** config.md: scripts stop at the first command that fails, at an unset variable, and in bash inside a pipe too. */
const SHELL_OPTIONS = { sh: ['-eu'], bash: ['-euo', 'pipefail'] } as const;

export interface ContainerWorld {
  readonly spec: AttemptSpec;
  readonly work: string;
  readonly path: string;
  readonly secrets: Readonly<Record<string, string>>;
  readonly log: AttemptLog;
  readonly policy: EndingPolicy;
  /** Aborts when the commands shall end: time-out, stop, a log that cannot be written. */
  readonly ending: AbortSignal;
}

type Shell = ChildProcessByStdio<null, Readable, Readable>;

/**
 * Runs one container's script to its end, and everything that it started: nothing of it is left when this resolves.
 * @returns how the shell ended; `ended` when `ending` came first.
 * @throws {SlipwayError} the shell could not be started.
 */
export async function runContainer(container: ContainerSpec, world: ContainerWorld): Promise<AttemptExit | 'ended'> {
  const { log, policy, ending } = world;
  const shell = startShell(container, world);
  const closed = Promise.all([
    follow(shell.stdout, log.open(container.name, 'out')),
    follow(shell.stderr, log.open(container.name, 'err')),
  ]);
  const exit = exitOf(shell, container);
  const first = await Promise.race([exit, untilAborted(ending)]);

  const belonging: Belonging = {
    ...(shell.pid === undefined ? {} : { group: shell.pid }),
    environment: markEntries(world.spec.name, world.work),
  };
  const left =
    first === 'ended' ? await endProcesses(belonging, policy) : await endLeftBehind(container, belonging, world);
  if (left.length > 0) log.note(`These processes could not be ended: ${listed(left)}.`);
  if (!(await within(policy.drainMs, closed))) {
    log.note(`Something still holds the output of ${container.name} open; what it writes from now on is not kept.`);
    shell.stdout.destroy();
    shell.stderr.destroy();
    await closed;
  }
  return first instanceof Error ? Promise.reject(first) : first;
}

function startShell(container: ContainerSpec, world: ContainerWorld): Shell {
  const env = stepEnvironment(world.spec, container, world.secrets, world);
  for (const [variable, value] of Object.entries(env)) {
    if (value.includes('\0')) throw new AgentEnvironmentError(container.name, variable);
  }
  const args = [...SHELL_OPTIONS[container.shell], scriptFile(world.work, container.name)];
  const cwd = scriptFolder(world.work, world.spec.dir);
  try {
    // A session and group of its own: one signal reaches all of it, and nothing that the terminal sends.
    return spawn(findShell(container.shell, world.path), args, {
      cwd,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
  } catch (error) {
    throw error instanceof SlipwayError ? error : spawnError(error, container);
  }
}

function spawnError(error: unknown, container: ContainerSpec): Error {
  const systemCode = error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason';
  return new AgentSpawnError(container.name, systemCode);
}

/** A link in the work folder must not lead the script elsewhere. */
function scriptFolder(work: string, dir: string | undefined): string {
  if (dir === undefined) return work;
  try {
    const real = realpathSync(join(work, dir));
    const root = realpathSync(work);
    if (real !== root && !real.startsWith(root + sep))
      throw new AgentDirMissingError(dir, 'leads out of the work folder');
    if (!statSync(real).isDirectory()) throw new AgentDirMissingError(dir, 'is a file');
    return real;
  } catch (cause) {
    if (hasCode(cause, 'ENOENT', 'ENOTDIR')) throw new AgentDirMissingError(dir, 'is not there', { cause });
    throw cause;
  }
}

/** Never rejects: a shell that could not be started is a value here, so that its pipes are closed all the same. */
function exitOf(shell: Shell, container: ContainerSpec): Promise<AttemptExit | Error> {
  return new Promise((resolve) => {
    shell.once('error', (error) => resolve(spawnError(error, container)));
    shell.once('exit', (code, signal) => {
      if (code !== null) resolve({ how: 'exit', container: container.name, code });
      else if (signal !== null) resolve({ how: 'signal', container: container.name, signal });
      else resolve(new AgentFailedError(`${container.name} ended with neither a code nor a signal`));
    });
  });
}

async function follow(stream: Readable, into: ContainerStream): Promise<void> {
  stream.on('data', (chunk: Buffer) => into.write(chunk));
  try {
    await finished(stream);
  } catch (error) {
    if (!hasCode(error, 'ERR_STREAM_PREMATURE_CLOSE')) throw error; // we closed it: something else holds it open
  } finally {
    into.end();
  }
}

function untilAborted(signal: AbortSignal): Promise<'ended'> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve('ended');
    else signal.addEventListener('abort', () => resolve('ended'), { once: true });
  });
}

/** What a finished script left running may end by itself (a `tee` that has the last lines), then it is ended. */
async function endLeftBehind(container: ContainerSpec, belonging: Belonging, { log, policy }: ContainerWorld) {
  const left = await waitForEnd(belonging, policy.lingerMs);
  if (left.length === 0) return left;
  log.note(`${container.name} has ended and left processes running; they are ended now: ${listed(left)}.`);
  return endProcesses(belonging, policy);
}

const listed = (processes: readonly FoundProcess[]): string =>
  processes.map(({ pid, command }) => `${command} (${pid})`).join(', ');

async function within(ms: number, done: Promise<unknown>): Promise<boolean> {
  const timer = new AbortController();
  const late = sleep(ms, false, { signal: timer.signal }).catch(() => false); // aborted: the other one won
  const isDone = await Promise.race([done.then(() => true), late]);
  timer.abort();
  return isDone;
}
