import { spawn } from 'node:child_process';
import { withStreams } from '../../system/with-streams.ts';

export interface BoundedRun {
  readonly env: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

export interface RunResult {
  /** 124, as timeout(1) has it, when it ran too long. */
  readonly exitCode: number;
  /** Both streams, as they came. */
  readonly said: string;
}

/** More than this is kept of neither start nor middle. */
const KEPT_CHARACTERS = 64 << 10;

/**
 * Runs a program to its end, or ends it with everything it started: apt leaves its download helpers in its process group.
 * @throws the signal's reason when the caller gives up; ENOENT when the program is not there.
 */
export function runBounded(program: string, args: readonly string[], run: BoundedRun): Promise<RunResult> {
  run.signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const { env, cwd, timeoutMs, signal } = run;
    const child = withStreams(
      spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'], detached: true, ...(cwd ? { cwd } : {}) }),
    );
    let said = '';
    const keep = (chunk: string) => {
      said = (said + chunk).slice(-KEPT_CHARACTERS);
    };
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', keep);
    let isOverdue = false;
    const endGroup = () => child.pid !== undefined && killGroup(child.pid);
    const timer = setTimeout(() => {
      isOverdue = true;
      endGroup();
    }, timeoutMs);
    signal.addEventListener('abort', endGroup, { once: true });
    const finish = (settle: () => void) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', endGroup);
      settle();
    };
    child.on('error', (cause) => finish(() => reject(cause)));
    child.on('close', (code, killedBy) =>
      finish(() => {
        if (signal.aborted) return reject(signal.reason);
        if (isOverdue) return resolve({ exitCode: 124, said: `${said}\nran past ${timeoutMs / 1000} s and was ended` });
        return resolve({ exitCode: code ?? 128, said: killedBy ? `${said}\nended by ${killedBy}` : said });
      }),
    );
  });
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ESRCH') throw cause; // it has ended by itself
  }
}
