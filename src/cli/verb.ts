import type { ExitCode } from '../kernel/exit-code.ts';
import type { CliContext } from './context.ts';

export interface ArgumentSpec {
  readonly name: string;
  readonly meaning: string;
  readonly required: boolean;
  readonly variadic?: boolean;
  /** What completion offers: releases of the journal, lines of the config, files. */
  readonly completes?: 'release' | 'line' | 'file' | 'stream' | readonly string[];
}

export interface OptionSpec {
  /** `--version VERSION`, `--dry-run`. */
  readonly flag: string;
  readonly meaning: string;
  /** May be given several times. */
  readonly repeats?: boolean;
  readonly values?: readonly string[];
}

export type OptionValues = Readonly<Record<string, string | boolean | readonly string[] | undefined>>;

/** What a verb's file exports. Returns the exit code; what it cannot do it throws as a SlipwayError. */
export interface VerbModule {
  run(context: CliContext, args: readonly string[], options: OptionValues): Promise<ExitCode>;
}

/** One verb of the command line: what help, completion and docs/reference/cli.md say of it, and where its code is. */
export interface VerbSpec {
  readonly name: string;
  readonly arguments: readonly ArgumentSpec[];
  readonly options: readonly OptionSpec[];
  readonly summary: string;
  readonly writes: boolean;
  /** Loaded only when the verb is asked for: a cold `status` should not pay for `plan`. */
  readonly load: () => Promise<VerbModule>;
}

export const text = (value: OptionValues[string]): string | undefined =>
  typeof value === 'string' ? value : undefined;
export const texts = (value: OptionValues[string]): readonly string[] =>
  typeof value === 'string' ? [value] : Array.isArray(value) ? (value as readonly string[]) : [];
