import { loadRelease } from '../../conductor/release/load-release.ts';
import { emptyRun, foldRun } from '../../domain/run/fold-run.ts';
import type { AttemptState, RunState } from '../../domain/run/run-state.ts';
import { EXIT, type ExitCode } from '../../kernel/exit-code.ts';
import type { ReleaseId } from '../../kernel/ids.ts';
import type { CliContext } from '../context.ts';
import { printable } from '../output/paint.ts';
import { UsageError } from '../usage-error.ts';
import { type OptionValues, text } from '../verb.ts';
import { withState } from './open-place.ts';

export async function run(
  context: CliContext,
  [id = '', step]: readonly string[],
  options: OptionValues,
): Promise<ExitCode> {
  return await withState(context, 'read', async (state) => {
    await loadRelease(state.journal, id);
    const run = foldRun(emptyRun(id as ReleaseId), await state.journal.read(`run/${id}`));
    const attempt = findAttempt(run, step, text(options['attempt']));
    const executor = await context.parts.openExecutor(context, state);
    const follow = options['follow'] === true;
    for await (const line of executor.logs(attempt.name, { follow, signal: context.signal })) {
      const at = new Date(line.at).toISOString();
      if (context.output === 'json') context.terminal.out(JSON.stringify({ ...line, at, attempt: attempt.name }));
      else context.terminal.out(`${at} ${line.container} ${line.stream === 'err' ? '!' : '|'} ${printable(line.text)}`);
    }
    return EXIT.done;
  });
}

function findAttempt(run: RunState, step: string | undefined, number: string | undefined): AttemptState {
  const withAttempts = [...run.steps.values()].filter((row) => row.attempts.length > 0);
  const names = withAttempts.map((row) => row.id).join(', ') || 'none: only steps with commands have logs';
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
    throw new UsageError(`Step ${found.id} has no attempt ${number}.`, `It has 1 to ${found.attempts.length}.`);
  }
  return attempt;
}

const latest = <Step extends { readonly attempts: readonly AttemptState[] }>(
  steps: readonly Step[],
): Step | undefined =>
  [...steps].sort((a, b) => (a.attempts.at(-1)?.requestedAt ?? 0) - (b.attempts.at(-1)?.requestedAt ?? 0)).at(-1);
