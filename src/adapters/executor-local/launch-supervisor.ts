import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { Readable, Writable } from 'node:stream';
import type { AttemptName } from '../../kernel/ids.ts';
import { withStreams } from '../../system/with-streams.ts';
import { AgentDiskFullError, SupervisorStartError } from './agent-error.ts';
import type { AttemptPaths } from './attempt-paths.ts';
import type { Launch, LaunchAnswer } from './launch.ts';
import { translateDiskError } from './system-error.ts';

/** A machine under heavy load starts a process slowly; one that does not answer in this time never will. */
const ANSWER_WITHIN_MS = 60_000;
const LAST_WORDS = 2_000;

/**
 * Starts a supervisor in a session of its own and tells it what to do over its stdin.
 * @returns `begun`, or `taken` when another one has the attempt; in both cases it runs on without us.
 * @throws {SupervisorStartError} nothing was begun.
 */
export async function launchSupervisor(
  name: AttemptName,
  paths: AttemptPaths,
  program: readonly [string, ...string[]],
  launch: Launch,
): Promise<'begun' | 'taken'> {
  const [command, ...args] = program;
  const supervisor = spawnDetached(command, [...args, paths.folder], paths);
  // EPIPE: it has ended before it read. What it has answered, or not, tells why.
  supervisor.stdin.on('error', () => undefined);
  supervisor.stdin.end(`${JSON.stringify(launch)}\n`);
  const late = setTimeout(() => supervisor.kill('SIGKILL'), ANSWER_WITHIN_MS);
  try {
    const failed = once(supervisor, 'error').then(([error]: Error[]) => {
      throw new SupervisorStartError(name, error?.message ?? command, { cause: error });
    });
    const answer = await Promise.race([firstLine(supervisor.stdout), failed]);
    supervisor.unref();
    return await judge(name, paths, answer);
  } finally {
    clearTimeout(late);
    supervisor.stdout.destroy();
  }
}

/** @throws {TooManyFilesError} */
function spawnDetached(
  command: string,
  args: readonly string[],
  paths: AttemptPaths,
): ChildProcessByStdio<Writable, Readable, null> {
  const diagnostics = openDiagnostics(paths);
  try {
    return withStreams(
      spawn(command, args, {
        cwd: paths.folder,
        env: {}, // its environment stays readable in /proc for as long as it lives
        stdio: ['pipe', 'pipe', diagnostics] as unknown as ['pipe', 'pipe', 'inherit'], // its types know no descriptors
        detached: true,
      }),
    );
  } finally {
    closeSync(diagnostics);
  }
}

function openDiagnostics(paths: AttemptPaths): number {
  try {
    return openSync(paths.diagnostics, 'a', 0o600);
  } catch (error) {
    throw translateDiskError(error, paths.diagnostics);
  }
}

async function judge(name: AttemptName, paths: AttemptPaths, line: string): Promise<'begun' | 'taken'> {
  const answer = line === '' ? undefined : (JSON.parse(line) as LaunchAnswer);
  if (answer?.state === 'begun' || answer?.state === 'taken') return answer.state;
  if (answer?.state === 'failed' && answer.isDiskFull) throw new AgentDiskFullError(paths.folder);
  const said = answer?.message ?? (await readFile(paths.diagnostics, 'utf8')).trim().slice(-LAST_WORDS);
  throw new SupervisorStartError(name, said === '' ? 'it ended without a word' : said);
}

async function firstLine(stdout: Readable): Promise<string> {
  let text = '';
  stdout.setEncoding('utf8');
  for await (const chunk of stdout) {
    text += chunk;
    if (text.includes('\n')) break;
  }
  return text.split('\n', 1)[0] ?? '';
}
