import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { SourceGitError } from '../../ports/source-error.ts';
import { withStreams } from '../../system/with-streams.ts';
import { ALLOWED_PROTOCOLS } from './git-place.ts';
import { type Asking, reasonOf } from './http-answer.ts';
import { shownUrl, withoutCredentials } from './shown-url.ts';

/** Variables that would lead git to another repository than ours (a release started from a hook has them). */
const OF_ANOTHER_REPOSITORY =
  /^GIT_(DIR|WORK_TREE|INDEX_FILE|OBJECT_DIRECTORY|ALTERNATE_OBJECT_DIRECTORIES|COMMON_DIR|NAMESPACE|TEMPLATE_DIR|GRAFT_FILE|SHALLOW_FILE|PREFIX|REPLACE_REF_BASE|PROTOCOL.*|TRACE.*)$/;

/** Settings of ours before those of the user: no hooks, no watcher, no look-up of anything beside what was asked for. */
const SETTINGS = ['core.hooksPath=/dev/null', 'core.fsmonitor=false', 'gc.auto=0', 'maintenance.auto=false'];

export interface GitPlace {
  readonly asking: Asking;
  /** Our own bare repository. */
  readonly gitDir: string;
  readonly repository: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Runs git and gives its output, whole. @throws {SourceGitError} it fails or takes too long. */
export async function runGit(place: GitPlace, args: readonly string[]): Promise<Buffer> {
  return withGit(place, args, async (git) => {
    const pieces: Buffer[] = [];
    for await (const piece of git.stdout ?? []) pieces.push(piece as Buffer);
    return Buffer.concat(pieces);
  });
}

/** Runs git while `use` reads and writes. Ends it, and all it has started, when the time is over or the caller gives up. */
export async function withGit<Value>(
  place: GitPlace,
  args: readonly string[],
  use: (git: ChildProcess) => Promise<Value>,
): Promise<Value> {
  const { asking } = place;
  const settings = SETTINGS.flatMap((setting) => ['-c', setting]);
  // A session of its own: no terminal that ssh could ask at, and one group to end.
  const git = withStreams(
    spawn('git', [...settings, ...args], { cwd: place.gitDir, env: environmentOf(place.env), detached: true }),
  );
  const words: Buffer[] = [];
  git.stderr.on('data', (piece: Buffer) => words.push(piece));
  git.stdin.on('error', ignoreClosedPipe);
  const exit = once(git, 'close').then(
    ([code]) => code as number | null,
    (error: Error) => error,
  );
  let isLate = false;
  const end = () => endGroup(git);
  const timer = setTimeout(() => {
    isLate = true;
    end();
  }, asking.limits.gitMs);
  asking.signal.addEventListener('abort', end, { once: true });
  try {
    const used = await use(git).then(
      (value) => ({ value }),
      (reason: unknown) => ({ reason }),
    );
    // Nobody reads on, so git would wait for ever; unless it is the one that stopped, and is about to say why.
    if ('reason' in used && !git.stdout.readableEnded) {
      end();
      git.stdout.destroy(); // with bytes left in it, the process would never count as closed
    }
    const code = await exit;
    if (asking.signal.aborted) throw reasonOf(asking.signal);
    if (isLate) throw failed(place, `no end after ${asking.limits.gitMs / 1000} s`);
    if (code instanceof Error) throw notStarted(place, code);
    if (code !== null && code !== 0)
      throw failed(place, lastWords(Buffer.concat(words).toString('utf8')) || `exit ${code}`);
    if ('reason' in used) throw used.reason;
    if (code === null) throw failed(place, `it was ended by ${git.signalCode}`);
    return used.value;
  } finally {
    clearTimeout(timer);
    asking.signal.removeEventListener('abort', end);
  }
}

function environmentOf(env: GitPlace['env']): NodeJS.ProcessEnv {
  const kept = Object.entries(env).filter(([name]) => !OF_ANOTHER_REPOSITORY.test(name));
  return {
    ...Object.fromEntries(kept),
    LC_ALL: 'C',
    GIT_ALLOW_PROTOCOL: ALLOWED_PROTOCOLS,
    GIT_TERMINAL_PROMPT: '0',
    SSH_ASKPASS_REQUIRE: 'never',
    GIT_HTTP_LOW_SPEED_LIMIT: '1000',
    GIT_HTTP_LOW_SPEED_TIME: '30',
    GIT_LFS_SKIP_SMUDGE: '1',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_DIR: '.',
  };
}

/** The whole group, so that git-remote-https or ssh do not outlive it. */
function endGroup(git: ChildProcess): void {
  if (git.pid === undefined) return;
  try {
    process.kill(-git.pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error; // it has ended already
  }
}

/** git may end before it has read all we write; its own words say why. */
function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
}

/** What git calls fatal, else its last lines: after the reason it often adds general advice. */
function lastWords(text: string): string {
  const lines = text.trim().split('\n');
  const fatal = lines.filter((line) => /^(fatal|error|remote): /.test(line));
  return (fatal.length > 0 ? fatal : lines.slice(-3)).join(' ').replace(/\s+/g, ' ').slice(0, 500);
}

function failed({ asking, repository }: GitPlace, words: string): SourceGitError {
  const problem = `${shownUrl(repository)}: ${withoutCredentials(words, repository)}`.replace(/\.$/, '');
  const remedy =
    'Try it by hand (git ls-remote URL). For a private repository, set up a credential helper or an ssh key.';
  return new SourceGitError(asking.source, problem, remedy);
}

function notStarted(place: GitPlace, cause: unknown): Error {
  if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') return failed(place, (cause as Error).message);
  return new SourceGitError(place.asking.source, 'git is not installed', 'Install git, then run "slipway resume".', {
    cause,
  });
}
