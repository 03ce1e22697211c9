import { EXIT, type ExitCode } from '../../kernel/exit-code.ts';
import { SlipwayError } from '../../kernel/slipway-error.ts';
import type { Terminal } from '../context.ts';
import { paint } from './paint.ts';

/** Says what happened, where, and what to do; for programs as one JSON object. @returns the exit code. */
export function reportError(cause: unknown, terminal: Terminal, output: 'text' | 'json'): ExitCode {
  const known = cause instanceof SlipwayError;
  const exit = known ? cause.exitCode : EXIT.failed;
  const code = known ? cause.code : 'SLIP_INTERNAL';
  const message = known ? cause.message : internalMessage(cause);
  const remedy = known
    ? cause.remedy
    : 'This is a defect of Slipway. Please report it with the text above; nothing is lost: the journal has all that was done.';
  if (output === 'json') {
    terminal.out(JSON.stringify({ exit, error: { code, message, remedy, causes: causesOf(cause) } }));
    return exit;
  }
  const color = paint(terminal.hasColor);
  terminal.err(`${color.red('error:')} ${message} [${code}]`);
  for (const line of causesOf(cause)) terminal.err(color.dim(`  because: ${line}`));
  terminal.err(`  ${remedy}`);
  return exit;
}

const internalMessage = (cause: unknown): string =>
  cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);

const DEEPEST = 5;

function causesOf(error: unknown): readonly string[] {
  const causes: string[] = [];
  let cause = error instanceof Error ? error.cause : undefined;
  while (cause !== undefined && cause !== null && causes.length < DEEPEST) {
    causes.push(cause instanceof Error ? cause.message : String(cause));
    cause = cause instanceof Error ? cause.cause : undefined;
  }
  return causes;
}
