import { loadRelease } from '../../conductor/release/load-release.ts';
import { promote } from '../../conductor/release/release-verbs.ts';
import { EXIT, type ExitCode } from '../../kernel/exit-code.ts';
import type { CliContext } from '../context.ts';
import type { OptionValues } from '../verb.ts';
import { conduct } from './conduct.ts';
import { confirm } from './confirm.ts';

export async function run(
  context: CliContext,
  [release = '']: readonly string[],
  options: OptionValues,
): Promise<ExitCode> {
  return await conduct(context, release, options, {
    dryRun: async ({ releases }) => {
      const { id, phase, plan, candidate } = await loadRelease(releases.journal, release);
      const to = candidate === undefined ? 'nothing: it is not staged' : `generation ${candidate.generation.number}`;
      return {
        exit: EXIT.done,
        release: id,
        phase,
        sentence: `${id} is ${phase}; this would move ${plan.channel} to ${to}.`,
      };
    },
    act: async ({ releases }, request) => {
      const { plan } = await loadRelease(releases.journal, release);
      await confirm(context, options, `Promote ${release} to ${plan.channel}`);
      return await promote(releases, request);
    },
    readsConfig: () => false,
  });
}
