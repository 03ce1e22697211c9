import { undo } from '../../conductor/release/end-release.ts';
import { loadRelease } from '../../conductor/release/load-release.ts';
import { done } from '../../conductor/release/verb-outcome.ts';
import type { ExitCode } from '../../kernel/exit-code.ts';
import type { CliContext } from '../context.ts';
import { type OptionValues, text } from '../verb.ts';
import { confirm } from './confirm.ts';
import { actorOf, withWorld } from './open-place.ts';
import { printOutcome } from './print-outcome.ts';

export async function run(
  context: CliContext,
  [release = '']: readonly string[],
  options: OptionValues,
): Promise<ExitCode> {
  return await withWorld(context, async ({ releases }) => {
    const state = await loadRelease(releases.journal, release);
    const { channel } = state.plan;
    if (options['dryRun'] === true) {
      const to = state.promotion?.undo.number;
      return printOutcome(
        context,
        done(state, `${release} is ${state.phase}; this would move ${channel} to generation ${to ?? '-'}.`),
      );
    }
    await confirm(context, options, `Take ${release} back from ${channel}`);
    const reason = text(options['reason']);
    const undone = await undo(releases, {
      release,
      actor: actorOf(context.env),
      ...(reason !== undefined && { reason }),
    });
    const sentence = `${release} is undone: new installs from ${channel} get what was there before. Machines that have it keep it; a higher version is the cure for them.`;
    return printOutcome(
      context,
      done(undone, sentence, `slipway promote ${release}, or slipway abandon ${release} --reason TEXT`),
    );
  });
}
