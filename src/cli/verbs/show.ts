import { loadRelease } from '../../conductor/release/load-release.ts';
import { reviewGates } from '../../domain/release/gate-review.ts';
import type { ClientReport, ReleaseState } from '../../domain/release/release-state.ts';
import { statusReport } from '../../domain/release/status-report.ts';
import { emptyRun, foldRun } from '../../domain/run/fold-run.ts';
import { EXIT, type ExitCode } from '../../kernel/exit-code.ts';
import type { ReleaseId } from '../../kernel/ids.ts';
import { formatInstant } from '../../kernel/instant.ts';
import type { CliContext } from '../context.ts';
import { formatRow } from '../output/format-row.ts';
import { paint, printable } from '../output/paint.ts';
import { withState } from './open-place.ts';

export async function run(context: CliContext, [id = '']: readonly string[]): Promise<ExitCode> {
  return await withState(context, 'read', async ({ journal, clock }) => {
    const release = await loadRelease(journal, id);
    const run = foldRun(emptyRun(release.id as ReleaseId), await journal.read(`run/${id}`));
    const now = clock.now();
    const status = statusReport(release, run, now);
    if (context.output === 'json') {
      const { plan, digest, candidate, verified, provedLive, promotion, skipped } = release;
      const gates = reviewGates(release, now);
      context.terminal.out(
        JSON.stringify({
          exit: EXIT.done,
          status,
          plan,
          digest,
          candidate,
          verified,
          provedLive,
          promotion,
          gates,
          skipped,
        }),
      );
      return EXIT.done;
    }
    const say = (line: string): void => context.terminal.out(line);
    say(
      `${release.id}: version ${release.plan.version}, ${release.phase}, planned ${formatInstant(release.plannedAt)} by ${[...release.authors].join(', ')}`,
    );
    say(`plan ${release.plan.number}, digest ${release.digest}`);
    for (const row of status.rows) say(formatRow(row, now, paint(context.terminal.hasColor)));
    printPlan(say, release);
    printProofs(say, 'Proved before promotion', release.verified);
    printProofs(say, 'Proved live', release.provedLive);
    return EXIT.done;
  });
}

type Say = (line: string) => void;

function printPlan(say: Say, { plan }: ReleaseState): void {
  say('Packages');
  for (const row of plan.packages)
    say(
      `  ${row.package.padEnd(12)} ${row.file ?? 'not built yet'} ${row.sizeBytes ?? ''} ${row.sha256 ?? ''}`.trimEnd(),
    );
  for (const target of plan.targets) {
    say(`Change of ${target.target} (undo: ${target.undo})`);
    for (const change of target.change) {
      for (const entry of change.added) say(`  ${change.repository}: + ${entry}`);
      for (const entry of change.removed) say(`  ${change.repository}: - ${entry}`);
      for (const entry of change.changed) say(`  ${change.repository}: ! ${entry}`);
    }
  }
}

function printProofs(say: Say, title: string, report: ClientReport | undefined): void {
  if (report === undefined) return;
  say(`${title} (generation ${report.generation.number})`);
  for (const row of report.evidence) {
    say(
      `  ${row.passed ? 'ok    ' : 'FAILED'} ${row.client}: ${row.did} (${row.repository}, ${Math.round(row.durationMs)} ms)`,
    );
    if (!row.passed) for (const line of row.said.trimEnd().split('\n')) say(`           ${printable(line)}`);
  }
  for (const row of report.notRun) say(`  not run: ${row.client}: ${row.because}`);
}
