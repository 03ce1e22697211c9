import { listReleases, loadRelease } from '../../conductor/release/load-release.ts';
import { isOver } from '../../domain/release/phases.ts';
import type { ReleaseState } from '../../domain/release/release-state.ts';
import { EXIT, type ExitCode } from '../../kernel/exit-code.ts';
import { formatDuration } from '../../kernel/format-duration.ts';
import type { Instant } from '../../kernel/instant.ts';
import { withState } from '../acting/open-place.ts';
import type { CliContext } from '../context.ts';
import { failureWords } from '../output/failure-words.ts';
import { formatRow, formatTime } from '../output/format-row.ts';
import { paint } from '../output/paint.ts';
import { printable } from '../output/printable.ts';
import { readStatus, type StatusView } from '../status/read-status.ts';

export async function run(context: CliContext, [id]: readonly string[]): Promise<ExitCode> {
  return await withState(context, 'read-or-none', async (state) => {
    const { journal, clock } = state;
    const releases =
      id === undefined ? latestOfEachLine(await listReleases(journal)) : [await loadRelease(journal, id)];
    const views: StatusView[] = [];
    for (const release of releases) views.push(await readStatus(context, state, release));
    if (context.output === 'json') {
      const [{ statusJson }, { printJson }] = [
        await import('../output/json-shapes.ts'),
        await import('../output/print-json.ts'),
      ];
      printJson(context.terminal, { exit: EXIT.done, releases: views.map(statusJson) });
      return EXIT.done;
    }
    if (views.length === 0) context.terminal.out('No release yet. Begin one with "slipway run LINE".');
    for (const view of views) print(context, view, clock.now());
    return EXIT.done;
  });
}

/** Open releases, and of each line without one the last that was. */
function latestOfEachLine(releases: readonly ReleaseState[]): readonly ReleaseState[] {
  const latest = new Map<string, ReleaseState>();
  for (const release of releases) {
    const known = latest.get(release.plan.line);
    if (known === undefined || isOver(known.phase) || !isOver(release.phase)) latest.set(release.plan.line, release);
  }
  return [...latest.values()];
}

function print({ terminal }: CliContext, view: StatusView, now: Instant): void {
  const color = paint(terminal.hasColor);
  const generation = view.generation === undefined ? '' : `  generation ${view.generation}`;
  terminal.out(
    color.bold(
      `${view.release}  ${view.phase}${view.failure === undefined ? '' : ', stopped'}${generation}  (line ${view.line}, channel ${view.channel})`,
    ),
  );
  for (const row of view.rows) terminal.out(formatRow(row, now, color, terminal.isLive ? terminal.columns : undefined));
  if (view.failure !== undefined) {
    const { remedy, at, partial } = view.failure;
    const when = `${formatTime(at, now)}, ${formatDuration(now - at)} ago`;
    terminal.out(`${color.red(`${partial ? 'PARTLY RELEASED' : 'stopped'} (${when}):`)} ${failureWords(view.failure)}`);
    terminal.out(`  ${printable(remedy)}`);
  }
  for (const skip of view.skipped)
    terminal.out(color.yellow(`skipped ${skip.what} by ${skip.by}: ${printable(skip.reason)}`));
  for (const line of conductorLines(view, now)) terminal.out(line);
  terminal.out(view.next === undefined ? 'nothing is left to do' : `next: ${view.next}`);
}

/** Who works on it; and when nobody does although a step runs, that it does so by itself. */
function conductorLines({ conductor, rows }: StatusView, now: Instant): readonly string[] {
  if (conductor !== undefined) {
    const silent =
      conductor.silentSince === undefined
        ? ''
        : `, not heard of for ${formatDuration(now - conductor.silentSince)}: resume takes over`;
    return [`working on it: process ${conductor.pid} on ${conductor.host}${silent}`];
  }
  const running = rows.filter((row) => row.state === 'running').map((row) => row.id);
  return running.length === 0 ? [] : [`nobody is conducting it; ${running.join(', ')} may still run by itself`];
}
