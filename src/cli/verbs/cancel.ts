import { cancelRelease } from '../../conductor/release/cancel-release.ts';
import { loadRelease } from '../../conductor/release/load-release.ts';
import { done } from '../../conductor/release/verb-outcome.ts';
import type { ExitCode } from '../../kernel/exit-code.ts';
import { actOnce } from '../acting/act-once.ts';
import { actorOf } from '../acting/open-place.ts';
import type { CliContext } from '../context.ts';
import { ReasonNeededError } from '../usage-error.ts';
import { type OptionValues, text } from '../verb.ts';

export async function run(
  context: CliContext,
  [target = '']: readonly string[],
  options: OptionValues,
): Promise<ExitCode> {
  const [release = '', step] = target.split('/');
  const reason = text(options['reason']);
  if (reason === undefined) throw new ReasonNeededError(`cancel ${target}`);
  return await actOnce(context, options, {
    release,
    would: () => `This would end what runs of ${target}.`,
    act: async ({ releases }, signal) => {
      const request = { release, actor: actorOf(context.env), reason, signal, ...(step !== undefined && { step }) };
      const ended = await cancelRelease(releases, request);
      const now = await loadRelease(releases.journal, release);
      const sentence = ended.length === 0 ? `Nothing of ${target} was running.` : `Cancelled: ${ended.join(', ')}.`;
      return done(now, sentence, `slipway resume ${release}`);
    },
  });
}
