import type { StatusRow } from '../../domain/release/status-report.ts';
import { toInstant } from '../../kernel/instant.ts';
import type { Terminal } from '../context.ts';
import { formatRow } from '../output/format-row.ts';
import { paint } from '../output/paint.ts';
import { cutToWidth } from '../output/text-width.ts';
import { AttemptLogs } from './attempt-logs.ts';
import { fitRows } from './fit-rows.ts';
import { followRelease } from './follow-release.ts';
import { ReleaseView } from './release-view.ts';
import type { Progress, ProgressSource } from './show-progress.ts';

const REDRAW_MS = 200;

/** Rows per step, redrawn in place: state, elapsed time, last log line, what it waits for and until when. */
export async function showLiveRows(
  terminal: Terminal,
  source: ProgressSource,
  progress: Progress,
  signal: AbortSignal,
): Promise<void> {
  const { clock, journal, executor } = source;
  const view = await ReleaseView.read(journal, progress.release);
  const lastLines = new Map<string, string>();
  const logs = new AttemptLogs(executor, (step, { text }) => lastLines.set(step, lastDrawn(text)));
  logs.followRunning(view.run);

  const reading = (async () => {
    for await (const entry of followRelease(journal, progress.release, progress.position, signal)) {
      view.add(entry);
      if (entry.type === 'attempt.accepted')
        logs.follow(String(entry.data['step']), entry.data['attempt'] as Parameters<typeof logs.follow>[1]);
    }
    await logs.leave(); // a row shows the last line of what runs: nothing that is over is read to its end
  })();
  let hasFailed = false;
  // What goes wrong is thrown by the await below; until then it has a handler, or Node would end the process for it.
  reading.catch(() => {
    hasFailed = true;
  });
  const draw = (isLast: boolean): void => {
    const isOver = isLast ? undefined : progress.goal;
    terminal.rows(frame(terminal, view, { now: clock.now(), goal: isOver, lastLines, isLast }));
  };
  while (!signal.aborted && !hasFailed) {
    draw(false);
    await clock.sleepUntil(toInstant(clock.now() + REDRAW_MS), signal);
  }
  await reading;
  draw(true);
  terminal.leaveRows();
}

interface Scene {
  readonly now: Parameters<typeof formatRow>[1];
  readonly goal: Parameters<ReleaseView['report']>[1];
  readonly lastLines: ReadonlyMap<string, string>;
  readonly isLast: boolean;
}

function frame(terminal: Terminal, view: ReleaseView, { now, goal, lastLines, isLast }: Scene): readonly string[] {
  const report = view.report(now, goal);
  if (report === undefined) return [];
  const color = paint(terminal.hasColor);
  // One column and one line stay free: a cursor in the last corner makes some terminals scroll.
  const columns = terminal.columns - 1;
  const title = cutToWidth(
    `${report.release}  ${report.phase}${report.failure === undefined ? '' : ', stopped'}`,
    columns,
  );
  const { rows, leftOut } = fitRows(report.rows, isLast ? Number.POSITIVE_INFINITY : terminal.height - 2);
  const withLogs = rows.map((row): StatusRow => {
    const line = lastLines.get(row.id);
    return row.state !== 'running' || line === undefined ? row : { ...row, detail: line };
  });
  const lines = [color.bold(title), ...withLogs.map((row) => formatRow(row, now, color, columns))];
  return leftOut === undefined ? lines : [...lines, color.dim(cutToWidth(`  and ${leftOut}`, columns))];
}

/** What a terminal would show of a line that was drawn over itself: a progress bar ends with its last state. */
const lastDrawn = (text: string): string => text.replace(/\r$/, '').split('\r').at(-1) ?? '';
