import type { Goal } from '../../domain/release/next-release-action.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Executor } from '../../ports/executor.ts';
import type { Journal } from '../../ports/journal.ts';
import type { CliContext } from '../context.ts';

export interface ProgressSource {
  readonly journal: Journal;
  readonly executor: Executor;
  readonly clock: Clock;
}

export interface Progress {
  readonly release: string;
  readonly goal: Goal;
  /** Of the journal: facts after it are told. */
  readonly position: number;
}

/**
 * Shows what happens to a release while `work` goes on: rows that are redrawn on a terminal, plain lines elsewhere, nothing
 * for programs. What is shown comes from the journal and the attempts' logs, so another process's work is shown too. All
 * that was recorded is shown before this resolves.
 */
export async function showProgress<Result>(
  context: CliContext,
  source: ProgressSource,
  progress: Progress,
  work: () => Promise<Result>,
): Promise<Result> {
  const { terminal, output, signal } = context;
  if (output === 'json') return await work();
  const over = new AbortController();
  const stopping = (): void =>
    terminal.err('Stopping where it is safe; running steps go on without us. Ctrl-C again leaves at once.');
  signal.addEventListener('abort', stopping, { once: true });
  const watching = terminal.isLive
    ? (await import('./live-rows.ts')).showLiveRows(terminal, source, progress, over.signal)
    : (await import('./plain-lines.ts')).printPlainLines(terminal, source, progress, over.signal);
  // A display that fails must not fail the release: what it was is said when the work is over.
  const shown = watching.then(
    () => undefined,
    (cause: unknown) => ({ cause }),
  );
  try {
    return await work();
  } finally {
    signal.removeEventListener('abort', stopping);
    over.abort();
    const problem = await shown;
    if (problem !== undefined)
      terminal.err(`warning: progress could not be shown to its end: ${String(problem.cause)}`);
  }
}
