import { createInterface } from 'node:readline/promises';
import type { Terminal } from '../context.ts';

const DEFAULT_COLUMNS = 100;

/** The process's own streams. Colours obey NO_COLOR, FORCE_COLOR and TERM=dumb. */
export function processTerminal(wishes: { readonly color: boolean; readonly isJson: boolean }): Terminal {
  const { stdout, stderr, stdin, env } = process;
  const isTerminal = stdout.isTTY === true && stderr.isTTY === true && env['TERM'] !== 'dumb';
  const forced = env['FORCE_COLOR'] !== undefined && env['FORCE_COLOR'] !== '0';
  const hasNoColor = env['NO_COLOR'] !== undefined && env['NO_COLOR'] !== '';
  return {
    out: (line) => void stdout.write(`${line}\n`),
    err: (line) => void stderr.write(`${line}\n`),
    isLive: isTerminal && !wishes.isJson,
    hasColor: wishes.color && !hasNoColor && !wishes.isJson && (isTerminal || forced),
    columns: stdout.columns ?? DEFAULT_COLUMNS,
    ask: async (question) => {
      if (stdin.isTTY !== true) return false;
      const reader = createInterface({ input: stdin, output: stderr });
      try {
        return /^y(es)?$/i.test((await reader.question(`${question} [y/N] `)).trim());
      } finally {
        reader.close();
      }
    },
  };
}
