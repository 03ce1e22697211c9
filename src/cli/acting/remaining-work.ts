import { loadRelease } from '../../conductor/release/load-release.ts';
import type { VerbOutcome } from '../../conductor/release/verb-outcome.ts';
import { loadRun } from '../../conductor/run/load-run.ts';
import type { Goal } from '../../domain/release/next-release-action.ts';
import type { StatusRow } from '../../domain/release/status-report.ts';
import { statusReport } from '../../domain/release/status-report.ts';
import { EXIT } from '../../kernel/exit-code.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Journal } from '../../ports/journal.ts';

/** For a dry run: what is left to do for that goal, in order, gates among it. */
export async function remainingWork(
  { journal, clock }: { readonly journal: Journal; readonly clock: Clock },
  id: string,
  goal: Goal,
): Promise<VerbOutcome> {
  const release = await loadRelease(journal, id);
  const run = await loadRun(journal, id);
  const { rows } = statusReport(release, run, clock.now());
  const left = upTo(rows, goal).filter((row) => row.state !== 'done' && row.state !== 'skipped');
  const work = left.map((row) => (row.id.startsWith('gate ') ? `wait for ${row.id}` : row.id)).join(', ');
  const sentence =
    left.length === 0
      ? `${id} is ${release.phase}: nothing is left to do.`
      : `${id} is ${release.phase}. This would do: ${work}.`;
  return { exit: EXIT.done, release: id, phase: release.phase, sentence };
}

/** Rows up to the stage that is the goal; `build` ends before `stage`. */
function upTo(rows: readonly StatusRow[], goal: Goal): readonly StatusRow[] {
  if (goal === 'end') return rows;
  const end = rows.findIndex((row) => row.id === (goal === 'build' ? 'stage' : goal));
  return end === -1 ? rows : rows.slice(0, goal === 'build' ? end : end + 1);
}
