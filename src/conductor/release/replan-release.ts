import { newEvent } from '../../domain/journal/event-definition.ts';
import { firstPlan } from '../../domain/release/first-plan.ts';
import type { PlannedConfig } from '../../domain/release/planned-config.ts';
import { RELEASE_EVENTS } from '../../domain/release/release-events.ts';
import { compareJson, planDigest } from '../../domain/release/release-plan.ts';
import type { ReleaseState } from '../../domain/release/release-state.ts';
import type { JsonObject } from '../../kernel/json.ts';
import type { HeldLease } from '../lease/hold-lease.ts';
import { loadRelease } from './load-release.ts';
import { openRun } from './plan-release.ts';
import type { Actor, ReleaseWorld } from './release-world.ts';

/**
 * Takes the config as it is in the file now: a new plan number, same version. Finished steps whose definition did not
 * change keep their results. From `staged` on only `stage` asks for this, and approvals lapse.
 * @returns the release, and what changed, one line each.
 */
export async function replanRelease(
  world: ReleaseWorld,
  release: ReleaseState,
  held: HeldLease,
  actor: Actor,
  planned: PlannedConfig,
): Promise<{ readonly release: ReleaseState; readonly changed: readonly string[] }> {
  const changed = compareJson(release.config as unknown as JsonObject, planned.config as unknown as JsonObject).map(
    ({ path, before, after }) => `${path}: ${before} -> ${after}`,
  );
  const { line, version, revision, number } = release.plan;
  const plan = firstPlan(planned, { id: release.id, line, version, revision, number: number + 1 });
  const event = newEvent(RELEASE_EVENTS, 'release.planned', {
    plan,
    digest: planDigest(plan),
    config: planned.config as unknown as Record<string, unknown>,
    context: planned.context,
    changed,
  });
  await world.journal.append({
    by: actor.login,
    at: world.clock.now(),
    leases: [held.guard],
    writes: [{ stream: `release/${release.id}`, expectedSeq: release.seq, events: [event] }],
  });
  const now = await loadRelease(world.journal, release.id);
  await openRun(world, now, actor);
  return { release: now, changed };
}
