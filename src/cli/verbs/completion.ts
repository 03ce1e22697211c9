import { EXIT, type ExitCode } from '../../kernel/exit-code.ts';
import type { CliContext } from '../context.ts';
import { completionScript, isShell } from '../output/completion-script.ts';
import { printJson } from '../output/print-json.ts';
import { UsageError } from '../usage-error.ts';

export async function run(
  { terminal, output, commandLine }: CliContext,
  [shell = '']: readonly string[],
): Promise<ExitCode> {
  if (!isShell(shell)) throw new UsageError(`There is no completion for ${shell}.`, 'Name bash, zsh or fish.');
  const script = completionScript(shell, commandLine.verbs, commandLine.options);
  if (output === 'json') printJson(terminal, { exit: EXIT.done, shell, script });
  else terminal.out(script);
  return EXIT.done;
}
