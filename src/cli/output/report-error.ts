import type { ExitCode } from '../../kernel/exit-code.ts';
import type { Terminal } from '../context.ts';
import { describeError, exitOfError } from './describe-error.ts';
import { paint } from './paint.ts';
import { printJson } from './print-json.ts';
import { printable } from './printable.ts';

/** Says what happened, where, and what to do; for programs as one JSON object. @returns the exit code. */
export function reportError(cause: unknown, terminal: Terminal, output: 'text' | 'json'): ExitCode {
  const exit = exitOfError(cause);
  const error = describeError(cause);
  if (output === 'json') {
    printJson(terminal, { exit, error });
    return exit;
  }
  const color = paint(terminal.hasColor);
  const [first = '', ...more] = printable(error.message).split('\n');
  terminal.err(`${color.red('error:')} ${first} [${error.code}]`);
  for (const line of more) terminal.err(`  ${line}`);
  for (const line of error.causes) terminal.err(color.dim(`  because: ${printable(line)}`));
  terminal.err(`  ${printable(error.remedy)}`);
  return exit;
}
