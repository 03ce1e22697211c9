import { promote } from '../../conductor/release/release-verbs.ts';
import type { ExitCode } from '../../kernel/exit-code.ts';
import { conduct } from '../acting/conduct.ts';
import type { CliContext } from '../context.ts';
import type { OptionValues } from '../verb.ts';

export async function run(
  context: CliContext,
  [release = '']: readonly string[],
  options: OptionValues,
): Promise<ExitCode> {
  return await conduct(context, release, options, {
    goal: 'end',
    act: async ({ releases }, request) => await promote(releases, request),
    readsConfig: () => false,
    question: ({ plan }) => `Promote ${release} to ${plan.channel}`,
  });
}
