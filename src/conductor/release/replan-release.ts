import { newEvent } from '../../domain/journal/event-definition.ts';
import type { PlannedConfig } from '../../domain/release/planned-config.ts';
import { refuseTakenNames } from '../../domain/release/refuse-taken-names.ts';
import { RELEASE_EVENTS } from '../../domain/release/release-events.ts';
import { compareJson, planDigest } from '../../domain/release/release-plan.ts';
import type { ReleaseState } from '../../domain/release/release-state.ts';
import { unbuiltPlan } from '../../domain/release/unbuilt-plan.ts';
import { planRun } from '../../domain/run/plan-run.ts';
import type { JsonObject } from '../../kernel/json.ts';
import { viewChannel } from '../pointer/view-channel.ts';
import { releasesOfOthers } from './load-release.ts';
import { openRun, runPlanOf } from './open-run.ts';
import { lineOf } from './plan-release.ts';
import { type Recording, recordFact } from './record-fact.ts';
import { refuseKeysEndingSoon } from './refuse-keys-ending-soon.ts';
import type { ReleaseWorld } from './release-world.ts';

/**
 * Takes the config as it is in the file now: a new plan number, same version. Finished steps whose definition did not
 * change keep their results. From `staged` on only `stage` asks for this, and approvals lapse.
 * @returns the release, and what changed, one line each.
 * @throws what `plan` throws for a config that cannot be released; nothing was recorded.
 */
export async function replanRelease(
  world: ReleaseWorld,
  release: ReleaseState,
  recording: Recording,
  planned: PlannedConfig,
): Promise<{ readonly release: ReleaseState; readonly changed: readonly string[] }> {
  const { config, context } = planned;
  const { line, version, revision, number } = release.plan;
  const { channel } = lineOf(config, line);
  const changed = compareJson(release.config as unknown as JsonObject, config as unknown as JsonObject).map(
    ({ path, before, after }) => `${path}: ${before} -> ${after}`,
  );
  const plan = unbuiltPlan(planned, { id: release.id, line, version, revision, number: number + 1 });
  const run = planRun(runPlanOf({ plan, config, context, plannedAt: release.plannedAt }));
  const { current } = await viewChannel(world, config, channel);
  const listed = Object.values(current?.repositories ?? {}).flatMap((repository) => repository.packages);
  refuseTakenNames(run, listed, await releasesOfOthers(world.journal, line));
  await refuseKeysEndingSoon(world, config, line);

  const event = newEvent(RELEASE_EVENTS, 'release.planned', {
    plan,
    digest: planDigest(plan),
    config: config as unknown as Record<string, unknown>,
    context,
    changed,
  });
  const now = await recordFact(world, release.id, recording, event);
  await openRun(world, now, recording.actor);
  return { release: now, changed };
}
