import { EXIT, type ExitCode } from '../../kernel/exit-code.ts';
import type { CliContext } from '../context.ts';
import { completionScript, isShell } from '../output/completion-script.ts';
import { UsageError } from '../usage-error.ts';

export async function run({ terminal, commandLine }: CliContext, [shell = '']: readonly string[]): Promise<ExitCode> {
  if (!isShell(shell)) throw new UsageError(`There is no completion for ${shell}.`, 'Name bash, zsh or fish.');
  terminal.out(completionScript(shell, commandLine.verbs, commandLine.options));
  return EXIT.done;
}
