import { type PendingMove, pendingMoves } from '../../conductor/pointer/pending-move.ts';
import { listReleases } from '../../conductor/release/load-release.ts';
import { EXIT, type ExitCode } from '../../kernel/exit-code.ts';
import { formatInstant } from '../../kernel/instant.ts';
import { withState } from '../acting/open-place.ts';
import type { CliContext } from '../context.ts';
import { printJson } from '../output/print-json.ts';
import { type OptionValues, text } from '../verb.ts';

export async function run(context: CliContext, _args: readonly string[], options: OptionValues): Promise<ExitCode> {
  return await withState(context, 'read-or-none', async ({ journal }) => {
    const line = text(options['line']);
    const releases = (await listReleases(journal)).filter(
      (release) => line === undefined || release.plan.line === line,
    );
    const pending = await pendingMoves(journal, releases);
    const rows = releases.map(({ id, plan, phase, plannedAt, liveAt, failure }) => ({
      pending: wordsOf(pending.get(id)),
      release: id,
      line: plan.line,
      version: plan.version,
      phase,
      failed: failure !== undefined,
      plannedAt: formatInstant(plannedAt),
      liveAt: liveAt === undefined ? null : formatInstant(liveAt),
    }));
    if (context.output === 'json') printJson(context.terminal, { exit: EXIT.done, releases: rows });
    else if (rows.length === 0) context.terminal.out(`No release${line === undefined ? '' : ` of line ${line}`} yet.`);
    else for (const row of rows) context.terminal.out(formatLine(row));
    return EXIT.done;
  });
}

const wordsOf = (move: PendingMove | undefined): string | null =>
  move === undefined ? null : move.kind === 'undo' ? 'undo begun' : 'move begun';

function formatLine(row: {
  readonly release: string;
  readonly phase: string;
  readonly failed: boolean;
  readonly pending: string | null;
  readonly plannedAt: string;
  readonly liveAt: string | null;
}): string {
  const state = [row.phase, ...(row.pending === null ? [] : [row.pending]), ...(row.failed ? ['stopped'] : [])].join(
    ', ',
  );
  const live = row.liveAt === null ? '' : `  live ${minutes(row.liveAt)}`;
  return `${row.release.padEnd(24)} ${state.padEnd(18)} planned ${minutes(row.plannedAt)}${live}`;
}

const minutes = (iso: string): string => `${iso.slice(0, 16).replace('T', ' ')} UTC`;
