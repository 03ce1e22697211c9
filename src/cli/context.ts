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
  /** Aborts on Ctrl-C: running steps go on without us. A verb that never asks for it is ended at once. */
  readonly signal: AbortSignal;
  /** Adapters, picked by compose.ts and loaded when asked for. */
  readonly parts: SlipwayParts;
}

export interface Terminal {
  /** Standard output, one line: results. */
  out(line: string): void;
  /** Standard error, one line: progress, warnings, errors. */
  err(line: string): void;
  /** Standard output as it is, for a JSON document that is written bit by bit. */
  part(text: string): void;
  /** Draws rows at the bottom of the screen, over the last ones; lines that are written meanwhile go above them. */
  rows(lines: readonly string[]): void;
  /** The rows stay as they are; what is written next goes below. */
  leaveRows(): void;
  /** Both streams are a terminal: rows may be redrawn. */
  readonly isLive: boolean;
  readonly hasColor: boolean;
  /** False once nobody reads the results any more. */
  readonly isOpen: boolean;
  /** Of the screen as it is now: it may be resized. */
  readonly columns: number;
  readonly height: number;
  /** Asks once, yes or no; undefined when nobody is there to be asked. */
  ask(question: string, signal: AbortSignal): Promise<boolean | undefined>;
}
