import type { ExitCode } from '../kernel/exit-code.ts';
import type { CliContext } from './context.ts';

export interface ArgumentSpec {
  readonly name: string;
  readonly meaning: string;
  readonly required: boolean;
  readonly variadic?: boolean;
  readonly completes?: Completes;
}

/** What completion offers for a word: asked from the journal or the config of the folder, or a fixed list. */
export type Completes = 'release' | 'line' | 'step' | 'stream' | 'file' | 'folder' | readonly string[];

export interface OptionSpec {
  /** `--version VERSION`, `--dry-run`. */
  readonly flag: string;
  readonly meaning: string;
  /** May be given several times. */
  readonly repeats?: boolean;
  readonly values?: readonly string[];
  /** What completion offers for its value. */
  readonly completes?: Completes;
}

export type OptionValues = Readonly<Record<string, string | boolean | readonly string[] | undefined>>;

/** What a verb's file exports. Returns the exit code; what it cannot do it throws as a SlipwayError. */
export interface VerbModule {
  run(context: CliContext, args: readonly string[], options: OptionValues): Promise<ExitCode>;
}

export type VerbGroup = 'Begin' | 'Release' | 'Look' | 'Decide and mend' | 'Shell';

/** One verb of the command line: what help, completion and docs/reference/cli.md say of it, and where its code is. */
export interface VerbSpec {
  readonly name: string;
  readonly arguments: readonly ArgumentSpec[];
  readonly options: readonly OptionSpec[];
  readonly summary: string;
  readonly writes: boolean;
  /** Heading of `slipway --help` under which it stands; one without is not for people. */
  readonly group?: VerbGroup;
  /** Loaded only when the verb is asked for: a cold `status` should not pay for `plan`. */
  readonly load: () => Promise<VerbModule>;
}

export const text = (value: OptionValues[string]): string | undefined =>
  typeof value === 'string' ? value : undefined;
export const texts = (value: OptionValues[string]): readonly string[] =>
  typeof value === 'string' ? [value] : Array.isArray(value) ? (value as readonly string[]) : [];
