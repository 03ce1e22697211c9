import type { Entry } from '../../domain/journal/entry.ts';
import type { AttemptName } from '../../kernel/ids.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Executor } from '../../ports/executor.ts';
import type { Journal } from '../../ports/journal.ts';
import type { CliContext } from '../context.ts';
import { printable } from '../output/paint.ts';
import { followRelease } from './follow-release.ts';
import { LiveRows } from './live-rows.ts';
import { narrate } from './narrate.ts';

export interface ProgressSource {
  readonly journal: Journal;
  readonly executor: Executor;
  readonly clock: Clock;
}

/**
 * Shows what happens to a release while `work` goes on: rows that are redrawn on a terminal, plain lines elsewhere, nothing
 * for programs. What is shown comes from the journal and the attempts' logs, so another process's work is shown too.
 */
export async function showProgress<Result>(
  context: CliContext,
  source: ProgressSource,
  release: string,
  work: () => Promise<Result>,
): Promise<Result> {
  if (context.output === 'json') return await work();
  const over = new AbortController();
  const position = await source.journal.head();
  const watching = context.terminal.isLive
    ? new LiveRows(context.terminal, source, release).run(position, over.signal)
    : printLines(context, source, release, position, over.signal);
  try {
    return await work();
  } finally {
    // Let the last facts be shown before the outcome is printed.
    await settle(source, over);
    await watching;
  }
}

const SETTLE_MS = 150;

async function settle({ clock }: ProgressSource, over: AbortController): Promise<void> {
  await clock.sleepUntil((clock.now() + SETTLE_MS) as never);
  over.abort();
}

async function printLines(
  { terminal }: CliContext,
  source: ProgressSource,
  release: string,
  position: number,
  signal: AbortSignal,
): Promise<void> {
  const logs: Promise<void>[] = [];
  for await (const entry of followRelease(source.journal, release, position, signal)) {
    const line = narrate(entry);
    if (line !== undefined) terminal.err(`${time(entry)} ${release} ${printable(line)}`);
    if (entry.type === 'attempt.accepted') logs.push(printLog(terminal, source, entry, signal));
  }
  await Promise.all(logs);
}

const time = (entry: Entry): string => new Date(entry.at).toISOString().slice(11, 19);

async function printLog(
  terminal: CliContext['terminal'],
  { executor }: ProgressSource,
  entry: Entry,
  signal: AbortSignal,
): Promise<void> {
  const attempt = entry.data['attempt'] as AttemptName;
  const step = String(entry.data['step']);
  for await (const line of executor.logs(attempt, { follow: true, signal })) {
    terminal.err(`${new Date(line.at).toISOString().slice(11, 19)} ${step}> ${printable(line.text)}`);
  }
}
