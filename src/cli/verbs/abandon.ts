import { abandonRelease } from '../../conductor/release/abandon-release.ts';
import { done } from '../../conductor/release/verb-outcome.ts';
import type { ExitCode } from '../../kernel/exit-code.ts';
import { actOnce } from '../acting/act-once.ts';
import { actorOf } from '../acting/open-place.ts';
import type { CliContext } from '../context.ts';
import { ReasonNeededError } from '../usage-error.ts';
import { type OptionValues, text } from '../verb.ts';

export async function run(
  context: CliContext,
  [release = '']: readonly string[],
  options: OptionValues,
): Promise<ExitCode> {
  const reason = text(options['reason']);
  if (reason === undefined) throw new ReasonNeededError(`abandon ${release}`);
  return await actOnce(context, options, {
    release,
    would: ({ plan, phase }) =>
      `${release} is ${phase}. This would give it up and free line ${plan.line}; version ${plan.version} would stay spent.`,
    question: ({ plan }) => `Give up ${release}, so that version ${plan.version} is never released`,
    act: async ({ releases }, signal) => {
      const request = { release, actor: actorOf(context.env), reason, signal };
      const { plan, ...ended } = await abandonRelease(releases, request);
      const sentence = `${release} is abandoned; version ${plan.version} stays spent.`;
      return done({ ...ended, plan }, sentence, `slipway plan ${plan.line}`);
    },
  });
}
