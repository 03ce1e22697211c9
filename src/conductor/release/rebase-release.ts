import { newEvent } from '../../domain/journal/event-definition.ts';
import { RELEASE_EVENTS } from '../../domain/release/release-events.ts';
import type { ReleaseState } from '../../domain/release/release-state.ts';
import { generationRef } from '../../domain/release/release-state.ts';
import { approvedChange, changeRows, contentWith } from '../../domain/release/staged-change.ts';
import { IndexChangeError } from '../../domain/repository/index-change-error.ts';
import { canonicalJson } from '../../kernel/json.ts';
import type { ChannelView } from '../pointer/view-channel.ts';
import { makeGeneration } from './make-generation.ts';
import type { PromotionRequest } from './promote-release.ts';
import { recordFact } from './record-fact.ts';
import type { ReleaseWorld } from './release-world.ts';

/**
 * Somebody else promoted into the channel: our same change is written again on the new parent. Approvals stay, because the
 * plan's digest does not know parents; what clients proved does not.
 * @throws {IndexChangeError} on the new parent our change would be another one than was approved.
 */
export async function rebaseRelease(
  world: ReleaseWorld,
  { release, run, actor }: PromotionRequest,
  { origin, current }: ChannelView,
): Promise<ReleaseState> {
  const packages = release.candidate?.packages ?? [];
  const { contents, changes } = contentWith(release, current?.repositories ?? {}, packages);
  const approved = approvedChange(release.plan);
  if (canonicalJson(changeRows(changes)) !== canonicalJson(approved)) {
    throw new IndexChangeError(
      `Channel ${release.plan.channel} moved to generation ${current?.number ?? 'none'}, and on it ${release.id} would change other entries than its plan says.`,
      `Look at "slipway show ${release.id}", then "slipway stage ${release.id}" for a new plan and new approvals.`,
    );
  }
  const at = current === undefined ? null : generationRef(current);
  const sealed = await makeGeneration(world, origin, await world.publishing(release.config), {
    channel: release.plan.channel,
    purpose: 'rebase',
    release: release.id,
    for: release.plan.number,
    parent: current,
    packages,
    contents,
    lease: run.guard,
    by: actor.login,
  });
  await origin.stage(release.plan.channel, sealed.number);
  const event = newEvent(RELEASE_EVENTS, 'release.rebased', { generation: generationRef(sealed), parent: at });
  return await recordFact(world, release.id, { held: run, actor }, event);
}
