import { loadRelease } from '../../conductor/release/load-release.ts';
import { workTowards } from '../../conductor/release/release-verbs.ts';
import { EXIT } from '../../kernel/exit-code.ts';
import type { VerbModule } from '../verb.ts';
import { conduct } from './conduct.ts';

/** `build`, `stage`, `verify`: the same verb with another goal. */
export const verb = (goal: 'build' | 'stage' | 'verify'): VerbModule => ({
  run: async (context, [release = ''], options) =>
    await conduct(context, release, options, {
      dryRun: async ({ releases }) => {
        const state = await loadRelease(releases.journal, release);
        const { id, phase } = state;
        return { exit: EXIT.done, release: id, phase, sentence: `${id} is ${phase}; this would ${goal} it.` };
      },
      act: async ({ releases }, request) => await workTowards(releases, goal, request),
      readsConfig: (state) => goal === 'stage' || state.candidate === undefined,
    }),
});
