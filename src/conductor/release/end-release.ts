import { newEvent } from '../../domain/journal/event-definition.ts';
import { LINE_EVENTS } from '../../domain/release/line-events.ts';
import { WrongStateError } from '../../domain/release/release-errors.ts';
import { RELEASE_EVENTS } from '../../domain/release/release-events.ts';
import type { ReleaseState } from '../../domain/release/release-state.ts';
import type { ReleaseId, StepId } from '../../kernel/ids.ts';
import { viewChannel } from './channel-view.ts';
import { loadLine, loadRelease } from './load-release.ts';
import type { Actor, ReleaseWorld } from './release-world.ts';
import { undoRelease } from './undo-release.ts';
import { withRunLease } from './with-run-lease.ts';

export interface EndRequest {
  readonly release: string;
  readonly actor: Actor;
  readonly reason: string;
}

/**
 * Gives up a release that users do not see, and frees its line. The version stays spent.
 * @throws {WrongStateError} users see it, or it is being promoted.
 */
export async function abandonRelease(world: ReleaseWorld, request: EndRequest): Promise<ReleaseState> {
  return await withRunLease(world, request.release, async (held) => {
    const release = await loadRelease(world.journal, request.release);
    if (['promoting', 'live', 'settled', 'abandoned'].includes(release.phase)) {
      throw new WrongStateError(
        `${release.id} is ${release.phase}: it cannot be abandoned.`,
        release.phase === 'abandoned' ? 'Nothing is left to do.' : `First "slipway undo ${release.id}".`,
      );
    }
    const line = await loadLine(world.journal, release.plan.line);
    await world.journal.append({
      by: request.actor.login,
      at: world.clock.now(),
      leases: [held.guard],
      writes: [
        {
          stream: `release/${release.id}`,
          expectedSeq: release.seq,
          events: [newEvent(RELEASE_EVENTS, 'release.abandoned', { reason: request.reason })],
        },
        {
          stream: `line/${release.plan.line}`,
          expectedSeq: line.seq,
          events: [newEvent(LINE_EVENTS, 'release.closed', { release: release.id, how: 'abandoned' })],
        },
      ],
    });
    await hideCandidate(world, release);
    return await loadRelease(world.journal, release.id);
  });
}

/** The staging view shows nothing of an abandoned release. */
async function hideCandidate(world: ReleaseWorld, release: ReleaseState): Promise<void> {
  if (release.candidate === undefined) return;
  const { origin } = await viewChannel(world, release.config, release.plan.channel);
  const staged = await origin.staged(release.plan.channel);
  if (staged?.number === release.candidate.generation.number) await origin.stage(release.plan.channel, null);
}

/** Takes a promotion back; see {@link undoRelease}. */
export async function undo(
  world: ReleaseWorld,
  request: Omit<EndRequest, 'reason'> & { readonly reason?: string },
): Promise<ReleaseState> {
  return await withRunLease(world, request.release, async (held) => {
    const release = await loadRelease(world.journal, request.release);
    return await undoRelease(world, release, held, request.actor, request.reason);
  });
}

/**
 * Ends the running attempts of a release, or of one step. Whoever conducts it stops them and records the failure; when
 * nobody does, this process does both.
 * @returns the steps that were cancelled.
 */
export async function cancelRelease(
  world: ReleaseWorld,
  request: EndRequest & { readonly step?: string; readonly signal: AbortSignal },
): Promise<readonly StepId[]> {
  const release = await loadRelease(world.journal, request.release);
  const { actor, reason, step } = request;
  return await world.runs.cancel(
    release.id as ReleaseId,
    { by: actor.login, reason, ...(step !== undefined && { step: step as StepId }) },
    request.signal,
  );
}
