import { EXIT, type ExitCode } from '../../kernel/exit-code.ts';
import type { CliContext } from '../context.ts';
import { completionScript, isShell } from '../output/completion-script.ts';
import { UsageError } from '../usage-error.ts';
import { GLOBAL_OPTIONS, VERBS } from '../verb-table.ts';

export async function run({ terminal }: CliContext, [shell = '']: readonly string[]): Promise<ExitCode> {
  if (!isShell(shell)) throw new UsageError(`There is no completion for ${shell}.`, 'Name bash, zsh or fish.');
  terminal.out(completionScript(shell, VERBS, GLOBAL_OPTIONS));
  return EXIT.done;
}
