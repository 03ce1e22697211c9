import { execFile } from 'node:child_process';
import { MAX_BYTES } from './parse-yaml.ts';

const TIMEOUT_MS = 20_000;

export type GitAnswer = { readonly bytes: Buffer } | { readonly problem: string };

/** Runs git in a folder, never asking anybody anything. What git says against it is the problem, in its own words. */
export function git(folder: string, args: readonly string[]): Promise<GitAnswer> {
  const env = { ...withoutGit(process.env), GIT_TERMINAL_PROMPT: '0', GIT_OPTIONAL_LOCKS: '0', LC_ALL: 'C' };
  const options = { cwd: folder, env, encoding: 'buffer', timeout: TIMEOUT_MS, maxBuffer: MAX_BYTES + 1 } as const;
  return new Promise((resolve) => {
    execFile('git', [...args], options, (error, stdout, stderr) => {
      if (error === null) resolve({ bytes: stdout });
      else resolve({ problem: problemOf(error, stderr.toString('utf8')) });
    });
  });
}

/** A hook of another repository sets GIT_DIR and its like: then git would speak of that one. */
const withoutGit = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(
    Object.entries(env).filter(([name]) => !/^GIT_(DIR|WORK_TREE|INDEX_FILE|PREFIX|COMMON_DIR)$/.test(name)),
  );

function problemOf(error: Error & { code?: unknown; killed?: boolean }, stderr: string): string {
  if (error.code === 'ENOENT') return 'git is not installed';
  if (error.code === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER') return 'it is larger than 5 MB';
  if (error.killed) return `git did not answer within ${TIMEOUT_MS / 1000} s`;
  const said = stderr.split('\n').find((line) => line.trim() !== '');
  return said?.replace(/^(fatal|error): /, '') ?? `git ended with ${String(error.code)}`;
}

/** One line of text from git; undefined when git has none. */
export async function gitLine(folder: string, args: readonly string[]): Promise<string | undefined> {
  const answer = await git(folder, args);
  const line = 'bytes' in answer ? answer.bytes.toString('utf8').trim() : '';
  return line === '' ? undefined : line;
}

/** A file as a commit has it. `path` is relative to `folder`. */
export async function showFile(
  folder: string,
  ref: string,
  path: string,
): Promise<{ readonly bytes: Buffer; readonly commit: string } | { readonly problem: string }> {
  // A ref that looks like an option must never reach git as one.
  if (!/^[^-\s:][^\s:]*$/.test(ref)) return { problem: `${JSON.stringify(ref)} is no git ref` };
  if (path.startsWith('/')) return { problem: 'a path in git is relative to the config' };
  const commit = await git(folder, ['rev-parse', '--verify', '--end-of-options', `${ref}^{commit}`]);
  if ('problem' in commit)
    return {
      problem: /single revision|unknown revision/.test(commit.problem) ? `git knows no "${ref}" here` : commit.problem,
    };
  const id = commit.bytes.toString('utf8').trim();
  const shown = await git(folder, ['show', '--end-of-options', `${id}:./${path}`]);
  return 'bytes' in shown ? { bytes: shown.bytes, commit: id } : shown;
}
