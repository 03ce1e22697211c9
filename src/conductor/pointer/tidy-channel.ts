import { targetStream } from '../../domain/journal/streams.ts';
import { neededGenerations } from '../../domain/release/needed-generations.ts';
import type { ReleaseState } from '../../domain/release/release-state.ts';
import { channelRepositories } from '../../domain/repository/channel-repositories.ts';
import { holdLease } from '../lease/hold-lease.ts';
import { listReleases } from '../release/load-release.ts';
import type { ReleaseWorld } from '../release/release-world.ts';
import { viewChannel } from './view-channel.ts';

/** The staging view stops showing a release's candidate; another line's stays. Twice is the same as once. */
export async function hideCandidate(world: ReleaseWorld, release: ReleaseState): Promise<void> {
  const { channel } = release.plan;
  const origin = world.origin(release.config);
  const staged = await origin.staged(channel);
  // Asked of the generation: a release that was planned anew has forgotten the candidate that is still to be seen.
  if (staged === undefined || (await origin.generation(channel, staged.number)).release !== release.id) return;
  await origin.stage(channel, null);
}

/**
 * After a promotion, never inside one (packaging 8): removes generations past `keep` that nobody may need any more. Whoever is
 * promoting now comes to this at its own end, so nothing waits.
 */
export async function sweepAfterPromotion(world: ReleaseWorld, release: ReleaseState): Promise<void> {
  const { channel } = release.plan;
  const target = await holdLease(world, targetStream(channel));
  if (target === undefined) return;
  try {
    const { origin, current } = await viewChannel(world, release.config, channel);
    const now = world.clock.now();
    const repositories = Object.values(channelRepositories(release.config, channel));
    await origin.sweep(channel, {
      keepMs: Math.max(0, ...repositories.map(({ keepMs }) => keepMs)),
      now,
      needed: neededGenerations(await listReleases(world.journal), channel, current?.number, now),
    });
  } finally {
    await target.release();
  }
}
