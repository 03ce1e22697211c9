import { listReleases } from '../../conductor/release/load-release.ts';
import { EXIT, type ExitCode } from '../../kernel/exit-code.ts';
import type { CliContext } from '../context.ts';
import { type OptionValues, text } from '../verb.ts';
import { withState } from './open-place.ts';

export async function run(context: CliContext, _args: readonly string[], options: OptionValues): Promise<ExitCode> {
  return await withState(context, 'read', async ({ journal }) => {
    const line = text(options['line']);
    const releases = (await listReleases(journal)).filter(
      (release) => line === undefined || release.plan.line === line,
    );
    const rows = releases.map(({ id, plan, phase, plannedAt, liveAt, failure }) => ({
      release: id,
      line: plan.line,
      version: plan.version,
      phase,
      failed: failure !== undefined,
      plannedAt: new Date(plannedAt).toISOString(),
      liveAt: liveAt === undefined ? null : new Date(liveAt).toISOString(),
    }));
    if (context.output === 'json') context.terminal.out(JSON.stringify({ exit: EXIT.done, releases: rows }));
    else if (rows.length === 0) context.terminal.out('No release yet.');
    else {
      for (const row of rows) {
        const state = row.failed ? `${row.phase}, stopped` : row.phase;
        const live = row.liveAt === null ? '' : `  live ${row.liveAt.slice(0, 16)}Z`;
        context.terminal.out(
          `${row.release.padEnd(24)} ${state.padEnd(18)} planned ${row.plannedAt.slice(0, 16)}Z${live}`,
        );
      }
    }
    return EXIT.done;
  });
}
