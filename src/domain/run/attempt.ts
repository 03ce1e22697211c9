import type { AttemptName, Sha256 } from '../../kernel/ids.ts';
import type { SecretReference } from '../config/resolved-config.ts';

export interface ContainerSpec {
  readonly name: string;
  /** The script, as written in the config: never templated. */
  readonly run: string;
  readonly shell: 'sh' | 'bash';
  readonly env: Readonly<Record<string, string>>;
  readonly secretEnv: Readonly<Record<string, SecretReference>>;
}

/** Everything an agent needs for one attempt of a step. A plain value: the same spec, the same attempt. Recorded before it starts. */
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
