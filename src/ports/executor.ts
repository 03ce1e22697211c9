import type { SecretReference } from '../domain/config/resolved-config.ts';
import type { AttemptName, Sha256 } from '../kernel/ids.ts';
import type { Instant } from '../kernel/instant.ts';

export interface ContainerSpec {
  readonly name: string;
  /** The script, as written in the config: never templated. */
  readonly run: string;
  readonly shell: 'sh' | 'bash';
  readonly env: Readonly<Record<string, string>>;
  readonly secretEnv: Readonly<Record<string, SecretReference>>;
}

/** Everything an agent needs for one attempt of a step. A plain value: the same spec, the same attempt. */
export interface AttemptSpec {
  readonly name: AttemptName;
  /** Run one after the other in the same work folder; the first that fails ends the attempt. */
  readonly containers: readonly ContainerSpec[];
  /** Trees, placed at `./<name>/`. */
  readonly inputs: Readonly<Record<string, Sha256>>;
  /** Where the scripts run, below the work folder; default the work folder itself. */
  readonly dir?: string;
  /** Globs, relative to the work folder. */
  readonly outputs: readonly string[];
  readonly timeoutMs: number;
  readonly sourceDateEpochS: number;
  /** SLIPWAY_VERSION and its kin. */
  readonly variables: Readonly<Record<string, string>>;
}

/** How the commands of an attempt ended. */
export type AttemptExit =
  | { readonly how: 'exit'; readonly container: string; readonly code: number }
  | { readonly how: 'signal'; readonly container: string; readonly signal: string }
  | { readonly how: 'timeout'; readonly container: string; readonly afterMs: number }
  | { readonly how: 'stopped'; readonly reason: string }
  /** The agent itself failed before or around the commands: a shell that is not there, a full disk. */
  | { readonly how: 'agent'; readonly code: string; readonly message: string };

export interface OutputFile {
  /** Relative to the work folder. */
  readonly path: string;
  readonly sha256: Sha256;
  readonly sizeBytes: number;
  readonly mode: 0o644 | 0o755;
}

/** What collecting found: the files, and the `key=value` lines of `$SLIPWAY_OUTPUT`. */
export interface Collected {
  readonly files: readonly OutputFile[];
  readonly values: Readonly<Record<string, string>>;
}

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
