import type { AttemptExit, AttemptSpec, Collected } from '../domain/run/attempt.ts';
import type { AttemptName } from '../kernel/ids.ts';
import type { Instant } from '../kernel/instant.ts';

// The values a run records; they belong to its rules and are named here for those who implement the port.
export type { AttemptExit, AttemptSpec, Collected, ContainerSpec, OutputFile } from '../domain/run/attempt.ts';

export type Sighting =
  | { readonly state: 'running'; readonly startedAt: Instant }
  | { readonly state: 'exited'; readonly exit: AttemptExit; readonly startedAt: Instant; readonly endedAt: Instant }
  /** No trace that it ever began: safe to start. */
  | { readonly state: 'absent' }
  /** It began, and neither it nor its exit can be found: it is lost. */
  | { readonly state: 'gone' };

export interface LogLine {
  /** Byte offset in the log after this line: pass as `from` to go on. */
  readonly next: number;
  readonly at: Instant;
  readonly container: string;
  readonly stream: 'out' | 'err';
  /** Masked; lossy UTF-8 for display, the file keeps the bytes. */
  readonly text: string;
}

/** Runs attempts of steps: on this machine, in pods, or in the simulator. One contract suite for all. */
export interface Executor {
  readonly kind: 'local' | 'kubernetes' | 'simulated';
  /** Starts the attempt. Starting a name that was started already is the same as once. Resolves when it runs on without us. */
  start(spec: AttemptSpec): Promise<void>;
  /** What the world says about that name. */
  lookup(name: AttemptName): Promise<Sighting>;
  /** Resolves with its exit; the caller's abort leaves it running. */
  wait(name: AttemptName, signal: AbortSignal): Promise<Extract<Sighting, { state: 'exited' | 'gone' }>>;
  /** TERM, then KILL, until nothing of it is left. `reason` becomes its exit's reason. */
  stop(name: AttemptName, reason: string): Promise<void>;
  /** Log lines from a byte offset; with `follow` until the attempt has ended and all is read. */
  logs(name: AttemptName, options: { from?: number; follow?: boolean; signal: AbortSignal }): AsyncIterable<LogLine>;
  /** Brings the outputs into the artifact store. @throws {OutputError} no match, outside the folder, not a file, bad name. */
  collect(spec: AttemptSpec): Promise<Collected>;
  /** Removes the work folder; the log stays. */
  cleanUp(name: AttemptName): Promise<void>;
}
