import type { VerbOutcome } from '../../conductor/release/verb-outcome.ts';
import { EXIT, type ExitCode } from '../../kernel/exit-code.ts';
import type { CliContext } from '../context.ts';
import { failureWords } from '../output/failure-words.ts';
import { outcomeJson } from '../output/json-shapes.ts';
import { type Color, paint } from '../output/paint.ts';
import { printJson } from '../output/print-json.ts';
import { printable } from '../output/printable.ts';

const LOOK: Readonly<Record<ExitCode, readonly [word: string, color: Color]>> = {
  [EXIT.done]: ['done:', 'green'],
  [EXIT.failed]: ['failed:', 'red'],
  [EXIT.usage]: ['failed:', 'red'],
  [EXIT.waiting]: ['waiting:', 'yellow'],
  [EXIT.verification]: ['not verified:', 'red'],
  [EXIT.partial]: ['PARTLY RELEASED:', 'red'],
  [EXIT.refused]: ['refused:', 'red'],
  [EXIT.interrupted]: ['stopped:', 'yellow'],
};

/** The last words of a verb: one sentence, and what to do next. @returns its exit code. */
export function printOutcome({ terminal, output }: CliContext, outcome: VerbOutcome, dryRun = false): ExitCode {
  if (output === 'json') {
    printJson(terminal, { ...outcomeJson(outcome), dryRun });
    return outcome.exit;
  }
  const [word, look] = LOOK[outcome.exit];
  const color = paint(terminal.hasColor);
  const { failure, next } = outcome;
  const said = failure === undefined ? printable(outcome.sentence) : failureWords(failure);
  terminal.out(`${dryRun ? color.dim('dry run:') : color[look](word)} ${said}`);
  if (next !== undefined) terminal.out(`next: ${printable(next)}`);
  // A remedy that mends something is not the end of it.
  if (failure !== undefined && next?.includes('slipway ') === false)
    terminal.out(`then: slipway resume ${outcome.release}`);
  return outcome.exit;
}
