import { listReleases, loadRelease } from '../../conductor/release/load-release.ts';
import type { ReleaseState } from '../../domain/release/release-state.ts';
import { type StatusReport, statusReport } from '../../domain/release/status-report.ts';
import { emptyRun, foldRun } from '../../domain/run/fold-run.ts';
import { EXIT, type ExitCode } from '../../kernel/exit-code.ts';
import type { ReleaseId } from '../../kernel/ids.ts';
import type { Instant } from '../../kernel/instant.ts';
import type { CliContext } from '../context.ts';
import { formatRow, formatSpan, formatTime } from '../output/format-row.ts';
import { paint, printable } from '../output/paint.ts';
import { withState } from './open-place.ts';

export async function run(context: CliContext, [id]: readonly string[]): Promise<ExitCode> {
  return await withState(context, 'read', async ({ journal, clock }) => {
    const now = clock.now();
    const releases =
      id === undefined ? latestOfEachLine(await listReleases(journal)) : [await loadRelease(journal, id)];
    const reports: (StatusReport & { conductor: string | undefined })[] = [];
    for (const release of releases) {
      const run = foldRun(emptyRun(release.id as ReleaseId), await journal.read(`run/${release.id}`));
      const holder = (await journal.leaseHolder(`run/${release.id}`))?.holder;
      const conductor = holder && `process ${holder.pid} on ${holder.host}`;
      reports.push({ ...statusReport(release, run, now), conductor });
    }
    if (context.output === 'json') context.terminal.out(JSON.stringify({ exit: EXIT.done, releases: reports }));
    else if (reports.length === 0) context.terminal.out('No release yet. Begin one with "slipway run LINE".');
    for (const report of context.output === 'json' ? [] : reports) print(context, report, now);
    return EXIT.done;
  });
}

/** Open releases, and of each line without one the last that was. */
function latestOfEachLine(releases: readonly ReleaseState[]): readonly ReleaseState[] {
  const latest = new Map<string, ReleaseState>();
  for (const release of releases) latest.set(release.plan.line, release);
  return [...latest.values()];
}

function print({ terminal }: CliContext, report: StatusReport & { conductor: string | undefined }, now: Instant): void {
  const color = paint(terminal.hasColor);
  const generation = report.generation === undefined ? '' : `  generation ${report.generation}`;
  terminal.out(
    color.bold(`${report.release}  ${report.phase}${generation}  (line ${report.line}, channel ${report.channel})`),
  );
  for (const row of report.rows)
    terminal.out(formatRow(row, now, color, terminal.isLive ? terminal.columns : undefined));
  if (report.failure !== undefined) {
    const { sentence, remedy, at, partial } = report.failure;
    const word = partial ? 'PARTLY RELEASED' : 'stopped';
    terminal.out(
      `${color.red(`${word} at ${formatTime(at, now)} (${formatSpan(now - at)} ago):`)} ${printable(sentence)}`,
    );
    terminal.out(`  ${printable(remedy)}`);
  }
  for (const skip of report.skipped)
    terminal.out(color.yellow(`skipped ${skip.what} by ${skip.by}: ${printable(skip.reason)}`));
  if (report.conductor !== undefined) terminal.out(`working on it: ${report.conductor}`);
  terminal.out(report.next === undefined ? 'nothing is left to do' : `next: ${report.next}`);
}
