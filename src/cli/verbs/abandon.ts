import { abandonRelease } from '../../conductor/release/end-release.ts';
import { loadRelease } from '../../conductor/release/load-release.ts';
import { done } from '../../conductor/release/verb-outcome.ts';
import type { ExitCode } from '../../kernel/exit-code.ts';
import type { CliContext } from '../context.ts';
import { ReasonNeededError } from '../usage-error.ts';
import { type OptionValues, text } from '../verb.ts';
import { confirm } from './confirm.ts';
import { actorOf, withWorld } from './open-place.ts';
import { printOutcome } from './print-outcome.ts';

export async function run(
  context: CliContext,
  [release = '']: readonly string[],
  options: OptionValues,
): Promise<ExitCode> {
  const reason = text(options['reason']);
  if (reason === undefined) throw new ReasonNeededError(`abandon ${release}`);
  return await withWorld(context, async ({ releases }) => {
    const state = await loadRelease(releases.journal, release);
    if (options['dryRun'] === true) {
      return printOutcome(
        context,
        done(state, `${release} is ${state.phase}; this would give it up and free line ${state.plan.line}.`),
      );
    }
    await confirm(context, options, `Give up ${release}`);
    const ended = await abandonRelease(releases, { release, actor: actorOf(context.env), reason });
    return printOutcome(
      context,
      done(
        ended,
        `${release} is abandoned; version ${ended.plan.version} stays spent.`,
        `slipway plan ${ended.plan.line}`,
      ),
    );
  });
}
