import type { CliContext } from '../context.ts';
import { InterruptedError, NotConfirmedError } from '../usage-error.ts';
import type { OptionValues } from '../verb.ts';

/** Asks once, unless `--yes`. @throws {NotConfirmedError} */
export async function confirm({ terminal, signal }: CliContext, options: OptionValues, what: string): Promise<void> {
  if (options['yes'] === true) return;
  const answer = await terminal.ask(`${what}?`, signal);
  if (signal.aborted) throw new InterruptedError();
  if (answer !== true) throw new NotConfirmedError(what, answer === undefined);
}
