import type { VerbOutcome } from '../../conductor/release/verb-outcome.ts';
import { EXIT, type ExitCode } from '../../kernel/exit-code.ts';
import type { CliContext } from '../context.ts';
import { type Color, paint, printable } from '../output/paint.ts';

const LOOK: Readonly<Record<ExitCode, readonly [word: string, color: Color]>> = {
  [EXIT.done]: ['done:', 'green'],
  [EXIT.failed]: ['failed:', 'red'],
  [EXIT.usage]: ['failed:', 'red'],
  [EXIT.waiting]: ['waiting:', 'yellow'],
  [EXIT.verification]: ['not verified:', 'red'],
  [EXIT.partial]: ['PARTLY RELEASED:', 'red'],
  [EXIT.refused]: ['refused:', 'red'],
  [EXIT.interrupted]: ['interrupted:', 'yellow'],
};

/** The last words of a verb: one sentence, and what to do next. @returns its exit code. */
export function printOutcome({ terminal, output }: CliContext, outcome: VerbOutcome): ExitCode {
  if (output === 'json') {
    terminal.out(JSON.stringify(outcome));
    return outcome.exit;
  }
  const [word, look] = LOOK[outcome.exit];
  terminal.out(`${paint(terminal.hasColor)[look](word)} ${printable(outcome.sentence)}`);
  if (outcome.next !== undefined) terminal.out(`next: ${printable(outcome.next)}`);
  return outcome.exit;
}
