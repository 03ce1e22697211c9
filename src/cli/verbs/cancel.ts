import { cancelRelease } from '../../conductor/release/end-release.ts';
import { loadRelease } from '../../conductor/release/load-release.ts';
import { done } from '../../conductor/release/verb-outcome.ts';
import type { ExitCode } from '../../kernel/exit-code.ts';
import type { CliContext } from '../context.ts';
import { ReasonNeededError } from '../usage-error.ts';
import { type OptionValues, text } from '../verb.ts';
import { actorOf, withWorld } from './open-place.ts';
import { printOutcome } from './print-outcome.ts';

export async function run(
  context: CliContext,
  [target = '']: readonly string[],
  options: OptionValues,
): Promise<ExitCode> {
  const [release = '', step] = target.split('/');
  const reason = text(options['reason']);
  if (reason === undefined) throw new ReasonNeededError(`cancel ${target}`);
  return await withWorld(context, async ({ releases }) => {
    const state = await loadRelease(releases.journal, release);
    if (options['dryRun'] === true) {
      return printOutcome(context, done(state, `This would end what runs of ${target}.`));
    }
    const { signal } = context;
    const actor = actorOf(context.env);
    const ended = await cancelRelease(releases, {
      release,
      actor,
      reason,
      signal,
      ...(step !== undefined && { step }),
    });
    const now = await loadRelease(releases.journal, release);
    const sentence = ended.length === 0 ? `Nothing of ${target} was running.` : `Cancelled: ${ended.join(', ')}.`;
    return printOutcome(context, done(now, sentence, `slipway resume ${release}`));
  });
}
