import { type Decision, resumeRelease } from '../../conductor/release/release-verbs.ts';
import type { ExitCode } from '../../kernel/exit-code.ts';
import type { StepId } from '../../kernel/ids.ts';
import { conduct } from '../acting/conduct.ts';
import type { CliContext } from '../context.ts';
import { ReasonNeededError, UsageError } from '../usage-error.ts';
import { type OptionValues, text } from '../verb.ts';

export async function run(
  context: CliContext,
  [release = '']: readonly string[],
  options: OptionValues,
): Promise<ExitCode> {
  const decision = decisionOf(options);
  return await conduct(context, release, options, {
    goal: 'end',
    act: async ({ releases }, request) =>
      await resumeRelease(releases, { ...request, ...(decision !== undefined && { decision }) }),
    readsConfig: (state) => state.candidate === undefined && state.phase !== 'undone',
  });
}

/** What a person found out about a lost attempt. */
function decisionOf(options: OptionValues): Decision | undefined {
  const [step, reason] = [text(options['step']), text(options['reason'])];
  const [isDone, isAgain] = [options['done'] === true, options['again'] === true];
  if (step === undefined) {
    if (isDone || isAgain)
      throw new UsageError('--done and --again say what became of one step.', 'Name it with --step STEP.');
    return undefined;
  }
  if (isDone === isAgain) {
    throw new UsageError(`--step ${step} needs --done or --again.`, 'Look whether its work was done, then say which.');
  }
  if (reason === undefined) throw new ReasonNeededError(`--step ${step}`);
  return { step: step as StepId, is: isDone ? 'done' : 'again', reason };
}
