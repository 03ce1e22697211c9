import { workTowards } from '../../conductor/release/release-verbs.ts';
import { conduct } from '../acting/conduct.ts';
import type { VerbModule } from '../verb.ts';

/** `build`, `stage`, `verify`: the same verb with another goal. */
export const verb = (goal: 'build' | 'stage' | 'verify'): VerbModule => ({
  run: async (context, [release = ''], options) =>
    await conduct(context, release, options, {
      goal,
      act: async ({ releases }, request) => await workTowards(releases, goal, request),
      readsConfig: (state) => goal === 'stage' || state.candidate === undefined,
    }),
});
