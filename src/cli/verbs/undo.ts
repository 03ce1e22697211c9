import { undo } from '../../conductor/release/undo-release.ts';
import { done } from '../../conductor/release/verb-outcome.ts';
import type { ExitCode } from '../../kernel/exit-code.ts';
import { actOnce } from '../acting/act-once.ts';
import { actorOf } from '../acting/open-place.ts';
import type { CliContext } from '../context.ts';
import { type OptionValues, text } from '../verb.ts';

export async function run(
  context: CliContext,
  [release = '']: readonly string[],
  options: OptionValues,
): Promise<ExitCode> {
  const reason = text(options['reason']);
  return await actOnce(context, options, {
    release,
    would: ({ plan, phase, promotion }) =>
      `${release} is ${phase}. This would move ${plan.channel} to generation ${promotion?.undo.number ?? '-'}, which has the content from before it.`,
    question: ({ plan }) => `Take ${release} back from ${plan.channel}`,
    act: async ({ releases }) => {
      const actor = actorOf(context.env);
      const undone = await undo(releases, { release, actor, ...(reason !== undefined && { reason }) });
      const { channel } = undone.plan;
      return done(
        undone,
        `${release} is undone: new installs from ${channel} get what was there before. Machines that have it keep it; a higher version is the cure for them.`,
        `slipway promote ${release}, or slipway abandon ${release} --reason TEXT`,
      );
    },
  });
}
