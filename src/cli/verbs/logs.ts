import { loadRelease } from '../../conductor/release/load-release.ts';
import { loadRun } from '../../conductor/run/load-run.ts';
import type { AttemptState, RunState } from '../../domain/run/run-state.ts';
import { EXIT, type ExitCode } from '../../kernel/exit-code.ts';
import { formatInstant } from '../../kernel/instant.ts';
import type { LogLine } from '../../ports/executor.ts';
import { withState } from '../acting/open-place.ts';
import type { CliContext } from '../context.ts';
import { describeError, exitOfError } from '../output/describe-error.ts';
import { JsonList } from '../output/print-json.ts';
import { oneLine } from '../output/printable.ts';
import { UsageError } from '../usage-error.ts';
import { type OptionValues, text } from '../verb.ts';

/** `logs ID [STEP]`, also `logs ID/STEP`. */
export async function run(
  context: CliContext,
  [target = '', named]: readonly string[],
  options: OptionValues,
): Promise<ExitCode> {
  const [id = '', inTarget] = target.split('/');
  return await withState(context, 'read', async (state) => {
    await loadRelease(state.journal, id);
    const run = await loadRun(state.journal, id);
    const { step, attempt } = findAttempt(run, named ?? inTarget, text(options['attempt']));
    const executor = await context.parts.openExecutor(context, state);
    const { signal, terminal } = context;
    const lines = executor.logs(attempt.name, { follow: options['follow'] === true, signal });
    if (context.output === 'json') {
      const head = { release: id, step, attempt: attempt.number, name: attempt.name };
      return await printDocument(context, head, lines);
    }
    for await (const line of lines) {
      if (!terminal.isOpen) break;
      const mark = line.stream === 'err' ? '!' : '|';
      terminal.out(`${formatInstant(line.at)} ${line.container} ${mark} ${oneLine(line.text)}`);
    }
    return signal.aborted ? EXIT.interrupted : EXIT.done;
  });
}

/** One JSON document, written line by line: a log may be longer than memory. */
async function printDocument(
  { terminal, signal }: CliContext,
  head: Readonly<Record<string, unknown>>,
  lines: AsyncIterable<LogLine>,
): Promise<ExitCode> {
  const list = new JsonList(terminal, head, 'lines');
  try {
    for await (const { at, container, stream, text: said, isComplete } of lines) {
      if (!terminal.isOpen) break;
      list.add({ at: formatInstant(at), container, stream, text: said, isComplete });
    }
  } catch (cause) {
    list.end({ exit: exitOfError(cause), error: describeError(cause) });
    return exitOfError(cause);
  }
  const exit = signal.aborted ? EXIT.interrupted : EXIT.done;
  list.end({ exit });
  return exit;
}

function findAttempt(
  run: RunState,
  step: string | undefined,
  number: string | undefined,
): { readonly step: string; readonly attempt: AttemptState } {
  const withAttempts = [...run.steps.values()].filter((row) => row.attempts.length > 0);
  const names = withAttempts.map((row) => row.id).join(', ') || 'none so far, since only commands write logs';
  const found = step === undefined ? latest(withAttempts) : withAttempts.find((row) => row.id === step);
  if (found === undefined) {
    throw new UsageError(
      step === undefined ? `${run.id} has no log.` : `Step ${step} of ${run.id} has no log.`,
      `Steps with logs: ${names}.`,
    );
  }
  const attempt =
    number === undefined ? found.attempts.at(-1) : found.attempts.find((row) => String(row.number) === number);
  if (attempt === undefined) {
    const known = found.attempts.map((row) => row.number).join(', ');
    throw new UsageError(`Step ${found.id} of ${run.id} has no attempt ${number}.`, `It has: ${known}.`);
  }
  return { step: found.id, attempt };
}

const latest = <Step extends { readonly attempts: readonly AttemptState[] }>(
  steps: readonly Step[],
): Step | undefined =>
  [...steps].sort((a, b) => (a.attempts.at(-1)?.requestedAt ?? 0) - (b.attempts.at(-1)?.requestedAt ?? 0)).at(-1);
