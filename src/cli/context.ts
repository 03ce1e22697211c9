import type { SlipwayParts } from '../compose.ts';
import type { OptionSpec, VerbSpec } from './verb.ts';

/** Where a verb runs and how it may speak. */
export interface CliContext {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly configFile: string | undefined;
  readonly stateFolder: string | undefined;
  /** `--set PATH=VALUE`, in order. */
  readonly set: readonly (readonly [path: string, value: string])[];
  /** Something a person should know, that stops nothing. */
  warn(line: string): void;
  readonly output: 'text' | 'json';
  readonly terminal: Terminal;
  /** All verbs, and the options of each: what completion offers. */
  readonly commandLine: { readonly verbs: readonly VerbSpec[]; readonly options: readonly OptionSpec[] };
  /** Aborts on Ctrl-C: running steps go on without us. */
  readonly signal: AbortSignal;
  /** Adapters, picked by compose.ts and loaded when asked for. */
  readonly parts: SlipwayParts;
}

export interface Terminal {
  /** Standard output: results. */
  out(line: string): void;
  /** Standard error: progress, warnings, errors. */
  err(line: string): void;
  /** Both are a terminal: rows may be redrawn. */
  readonly isLive: boolean;
  readonly hasColor: boolean;
  readonly columns: number;
  /** Asks once; false when nobody can answer. */
  ask(question: string): Promise<boolean>;
}
