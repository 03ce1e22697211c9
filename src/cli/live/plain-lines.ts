import type { Entry } from '../../domain/journal/entry.ts';
import type { AttemptName } from '../../kernel/ids.ts';
import { formatInstant, type Instant } from '../../kernel/instant.ts';
import type { LogLine } from '../../ports/executor.ts';
import type { Terminal } from '../context.ts';
import { oneLine } from '../output/printable.ts';
import { AttemptLogs } from './attempt-logs.ts';
import { followRelease } from './follow-release.ts';
import { narrate } from './narrate.ts';
import { ReleaseView } from './release-view.ts';
import type { Progress, ProgressSource } from './show-progress.ts';

/** Of one attempt's log: printing hundreds of megabytes would go on long after users have the release. All of it is kept. */
const SHOWN = { lines: 50_000, characters: 10_000_000 };

/** Facts that end a step, or its attempt: told after the last line of its log. */
const ENDS = new Set(['attempt.exited', 'attempt.lost', 'step.succeeded', 'step.failed', 'step.cancelled']);

/** One line per fact and per line of a log, in order, each with its time: for files, CI and screen readers. */
export async function printPlainLines(
  terminal: Terminal,
  { journal, executor, clock }: ProgressSource,
  { release, position, goal }: Progress,
  signal: AbortSignal,
): Promise<void> {
  const say = (at: Instant, text: string): void => terminal.err(`${formatInstant(at).slice(11, 19)} ${text}`);
  const view = await ReleaseView.read(journal, release);
  const reached = (step: string, line: LogLine): void =>
    say(line.at, `${release} ${step}: more lines follow and are not shown here: slipway logs ${release}/${step}`);
  const logs = new AttemptLogs(executor, (step, line) => say(line.at, `${step}> ${oneLine(line.text)}`), {
    ...SHOWN,
    reached,
  });
  logs.followRunning(view.run);
  const sayActivity = activityTeller(view, (text) => say(clock.now(), `${release} ${text}`));
  sayActivity(clock.now(), goal);
  for await (const entry of followRelease(journal, release, position, signal)) {
    view.add(entry);
    if (entry.type === 'attempt.accepted') logs.follow(stepOf(entry), entry.data['attempt'] as AttemptName);
    if (ENDS.has(entry.type)) await logs.ended(stepOf(entry));
    const line = narrate(entry);
    if (line !== undefined) say(entry.at, `${release} ${oneLine(line)}`);
    if (!signal.aborted) sayActivity(clock.now(), goal);
  }
  await logs.finish();
}

const stepOf = (entry: Entry): string => String(entry.data['step']);

/** Says once what is being done between two facts: a verification takes its time. */
function activityTeller(
  view: ReleaseView,
  say: (text: string) => void,
): (now: Instant, goal: Progress['goal']) => void {
  let last: string | undefined;
  return (now, goal) => {
    const activity = view.activity(now, goal);
    const text = activity === undefined ? undefined : `${activity.row}: ${activity.doing}`;
    if (text !== undefined && text !== last) say(text);
    last = text;
  };
}
