import { spawn } from 'node:child_process';
import { withStreams } from '../../system/with-streams.ts';
import { SignerFailedError } from './signer-failed-error.ts';

/** Which gpg to talk to, and for how long. */
export interface GpgHomeSettings {
  /** For messages: `signing.gpg (agent 0123...)`. */
  readonly where: string;
  /** Absolute path; undefined is gpg's own default (`GNUPGHOME`, else `~/.gnupg`). */
  readonly home: string | undefined;
  readonly timeoutMs: number;
}

export interface GpgResult {
  readonly exitCode: number;
  readonly output: Buffer;
  /** Status lines (`[GNUPG:] ...`) and messages for people, mixed as they came. */
  readonly said: string;
}

const INHERITED = ['PATH', 'HOME', 'GNUPGHOME', 'XDG_RUNTIME_DIR'] as const;

/**
 * Runs gpg or one of its helpers in a home. It never asks anybody, and is ended when it takes too long: a card that waits for a
 * finger must not hold a release for ever.
 * @throws {SignerFailedError} it is not installed, or ran out of time. A failure of its own is a result.
 */
export function runGpg(
  settings: GpgHomeSettings,
  program: 'gpg' | 'gpg-connect-agent',
  args: readonly string[],
  input: Uint8Array | string = '',
): Promise<GpgResult> {
  const home = settings.home === undefined ? [] : ['--homedir', settings.home];
  return new Promise((resolve, reject) => {
    const child = withStreams(spawn(program, [...home, ...args], { env: environment(), stdio: 'pipe' }));
    const output: Buffer[] = [];
    const said: Buffer[] = [];
    let isOverdue = false;
    const timer = setTimeout(() => {
      isOverdue = true;
      child.kill('SIGKILL');
    }, settings.timeoutMs);
    child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => said.push(chunk));
    // It may end before it has read everything; how it ended says why.
    child.stdin.on('error', () => {});
    child.on('error', (cause) => {
      clearTimeout(timer);
      reject(translate(settings, program, cause));
    });
    child.on('close', (exitCode, signal) => {
      clearTimeout(timer);
      const text = Buffer.concat(said).toString();
      if (isOverdue) reject(overdue(settings, program));
      else if (exitCode === null) reject(new SignerFailedError(settings.where, `${program} was ended by ${signal}`));
      else resolve({ exitCode, output: Buffer.concat(output), said: text });
    });
    child.stdin.end(input);
  });
}

/** Messages in English, so that they can be recognised; nothing of the release's own environment. */
function environment(): Record<string, string> {
  const inherited = INHERITED.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return { ...Object.fromEntries(inherited), LC_ALL: 'C' };
}

function translate({ where }: GpgHomeSettings, program: string, cause: NodeJS.ErrnoException): Error {
  if (cause.code !== 'ENOENT') return cause;
  const remedy = 'Install GnuPG (Debian: apt-get install gnupg), or sign with a key file: signing.NAME.key.';
  return new SignerFailedError(where, `${program} is not installed`, { cause, remedy });
}

const overdue = ({ where, timeoutMs }: GpgHomeSettings, program: string): SignerFailedError =>
  new SignerFailedError(where, `${program} gave no answer within ${timeoutMs / 1000} s and was ended`, {
    remedy: 'Look whether its agent hangs or a card waits for somebody, then run "slipway resume".',
  });
