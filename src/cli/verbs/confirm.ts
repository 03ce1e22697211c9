import type { CliContext } from '../context.ts';
import { NotConfirmedError } from '../usage-error.ts';
import type { OptionValues } from '../verb.ts';

/** Asks once, unless `--yes`. @throws {NotConfirmedError} */
export async function confirm({ terminal }: CliContext, options: OptionValues, what: string): Promise<void> {
  if (options['yes'] === true) return;
  if (!(await terminal.ask(`${what}?`))) throw new NotConfirmedError(what);
}
