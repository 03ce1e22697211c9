import type { ReleaseState } from '../../domain/release/release-state.ts';
import type { RunPlan } from '../../domain/run/run-plan.ts';
import type { ReleaseId } from '../../kernel/ids.ts';
import type { Actor, ReleaseWorld } from './release-world.ts';

/** The run of a release: the same plan again changes nothing, so a crash before this line is mended by `resume`. */
export async function openRun(world: ReleaseWorld, release: ReleaseState, actor: Actor): Promise<readonly string[]> {
  const { changed } = await world.runs.open(runPlanOf(release), actor.login);
  return changed;
}

/** What a release asks its run to do. */
export function runPlanOf(release: Pick<ReleaseState, 'plan' | 'config' | 'context' | 'plannedAt'>): RunPlan {
  const { config, context, plan, plannedAt } = release;
  const { environmentS, configCommitS } = context.epoch;
  return {
    release: plan.release as ReleaseId,
    line: plan.line,
    version: plan.version,
    channel: plan.channel,
    revision: plan.revision,
    plannedAt,
    config,
    baseDir: context.baseDir,
    epoch: {
      ...(environmentS !== undefined && { environmentS }),
      ...(configCommitS !== undefined && { configCommitS }),
    },
    environment: context.environment,
  };
}
