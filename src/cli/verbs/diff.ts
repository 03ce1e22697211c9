import { loadRelease } from '../../conductor/release/load-release.ts';
import { comparePlans } from '../../domain/release/release-plan.ts';
import { EXIT, type ExitCode } from '../../kernel/exit-code.ts';
import { withState } from '../acting/open-place.ts';
import type { CliContext } from '../context.ts';
import { printJson } from '../output/print-json.ts';
import { oneLine } from '../output/printable.ts';

export async function run(context: CliContext, [a = '', b = '']: readonly string[]): Promise<ExitCode> {
  return await withState(context, 'read', async ({ journal }) => {
    const [before, after] = [await loadRelease(journal, a), await loadRelease(journal, b)];
    const rows = comparePlans(before.plan, after.plan);
    if (context.output === 'json') printJson(context.terminal, { exit: EXIT.done, a, b, differences: rows });
    else if (rows.length === 0) context.terminal.out(`The plans of ${a} and ${b} are the same.`);
    else for (const row of rows) context.terminal.out(oneLine(`${row.path}: ${row.before} -> ${row.after}`));
    return EXIT.done;
  });
}
