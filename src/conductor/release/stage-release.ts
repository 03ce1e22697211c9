import { newEvent } from '../../domain/journal/event-definition.ts';
import { refuseOlder } from '../../domain/release/refuse-taken-names.ts';
import { RELEASE_EVENTS } from '../../domain/release/release-events.ts';
import { planDigest } from '../../domain/release/release-plan.ts';
import { generationRef, type ReleaseState } from '../../domain/release/release-state.ts';
import { contentWith, stagedPlan } from '../../domain/release/staged-change.ts';
import { toInstant } from '../../kernel/instant.ts';
import type { HeldLease } from '../lease/hold-lease.ts';
import { viewChannel } from '../pointer/view-channel.ts';
import { builtPackages } from './built-packages.ts';
import { releasesOfOthers } from './load-release.ts';
import { makeGeneration } from './make-generation.ts';
import { recordFact } from './record-fact.ts';
import type { Actor, ReleaseWorld } from './release-world.ts';

/**
 * Seals a candidate: a generation with the final bytes beside what users see, and the plan that approvals name. A second
 * `stage` makes the next candidate; none is ever written over.
 */
export async function stageRelease(
  world: ReleaseWorld,
  release: ReleaseState,
  held: HeldLease,
  actor: Actor,
  keepMs: number,
): Promise<ReleaseState> {
  const { config } = release;
  const { channel } = release.plan;
  const { origin, current } = await viewChannel(world, config, channel);
  const settings = await world.publishing(config);
  const packages = await builtPackages(world, release, settings);
  const { contents, changes } = contentWith(release, current?.repositories ?? {}, packages);

  refuseOlder(packages, current, await releasesOfOthers(world.journal, release.plan.line));

  const number = release.plan.number + 1;
  const sealed = await makeGeneration(world, origin, settings, {
    channel,
    purpose: 'candidate',
    release: release.id,
    for: number,
    parent: current,
    packages,
    contents,
    lease: held.guard,
    by: actor.login,
  });
  await origin.stage(channel, sealed.number);

  const plan = stagedPlan(release.plan, number, packages, changes);
  const staged = newEvent(RELEASE_EVENTS, 'release.staged', {
    plan,
    digest: planDigest(plan),
    generation: generationRef(sealed),
    parent: current === undefined ? null : generationRef(current),
    packages: packages as unknown as Record<string, unknown>[],
    keepUntil: toInstant(world.clock.now() + keepMs),
  });
  return await recordFact(world, release.id, { held, actor }, staged);
}
