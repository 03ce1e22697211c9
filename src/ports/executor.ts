import type { AttemptExit, AttemptSpec, Collected } from '../domain/run/attempt.ts';
import type { AttemptName } from '../kernel/ids.ts';
import type { Instant } from '../kernel/instant.ts';

export type Sighting =
  | { readonly state: 'running'; readonly startedAt: Instant }
  | { readonly state: 'exited'; readonly exit: AttemptExit; readonly startedAt: Instant; readonly endedAt: Instant }
  /** No trace that it ever began: safe to start. */
  | { readonly state: 'absent' }
  /** It began, and neither it nor its exit can be found: it is lost. */
  | { readonly state: 'gone' };

export interface LogLine {
  /** Byte offset in the log after this line: pass as `from` to go on, nothing lost and nothing twice. */
  readonly next: number;
  readonly at: Instant;
  /** The container that wrote it; `slipway` for what the agent itself has to say. */
  readonly container: string;
  readonly stream: 'out' | 'err';
  /** Masked; lossy UTF-8 for display, the file keeps the bytes. At most 16 KiB: a longer line comes in several. */
  readonly text: string;
  /** False: the command has not ended the line here; the next LogLine of this container and stream goes on with it. */
  readonly isComplete: boolean;
}

/**
 * Runs attempts of steps: on this machine, in pods, or in the simulator. One contract suite for all (`test/contracts/executor.ts`).
 * An attempt belongs to nobody: whoever has its name can find, follow, stop and collect it, in another process and after a crash.
 */
export interface Executor {
  readonly kind: 'local' | 'kubernetes' | 'simulated';
  /**
   * Starts the attempt: brings the inputs, reads the secrets, begins the commands. Resolves when it runs on without us.
   * Starting a name again is the same as once, also after a crash at any point: it is begun if it never began, and the
   * commands never run twice. When it throws, they have not run and will not until it is started again.
   * @throws {AttemptDiffersError} (exit 6) that name was started with another spec.
   */
  start(spec: AttemptSpec): Promise<void>;
  /** What the world says about that name. */
  lookup(name: AttemptName): Promise<Sighting>;
  /**
   * Resolves with its exit, or with `gone`, which `absent` counts as here. The signal's abort leaves the attempt running and
   * rejects with the signal's reason.
   */
  wait(name: AttemptName, signal: AbortSignal): Promise<Extract<Sighting, { state: 'exited' | 'gone' }>>;
  /**
   * TERM, then KILL, until nothing of it is left; `reason` becomes its exit's reason. One that never began cannot begin any
   * more. One that is gone stays gone, and what its commands left running is ended. An exited one keeps its exit.
   */
  stop(name: AttemptName, reason: string): Promise<void>;
  /**
   * Log lines from a byte offset, in order; with `follow` until the attempt has ended and all is read. Ends on abort.
   * `lastBytes`: only what lies in that many bytes before the end as it is now, from the first whole line on.
   */
  logs(
    name: AttemptName,
    options: { from?: number; lastBytes?: number; follow?: boolean; signal: AbortSignal },
  ): AsyncIterable<LogLine>;
  /**
   * Brings the outputs of an attempt that ended well into the artifact store, sorted by path. May be repeated until `cleanUp`.
   * @throws {OutputError} no match, outside the folder, not a file, bad name, too many; `$SLIPWAY_OUTPUT` not `key=value` lines.
   */
  collect(spec: AttemptSpec): Promise<Collected>;
  /** Removes the work folder; the log stays. @throws {AttemptRunningError} it is still running. */
  cleanUp(name: AttemptName): Promise<void>;
}
