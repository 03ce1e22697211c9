import { newEvent } from '../../domain/journal/event-definition.ts';
import { lineStream, releaseStream } from '../../domain/journal/streams.ts';
import { LINE_EVENTS } from '../../domain/release/line-events.ts';
import { mayBeSeen } from '../../domain/release/phases.ts';
import { WrongStateError } from '../../domain/release/release-errors.ts';
import { RELEASE_EVENTS } from '../../domain/release/release-events.ts';
import type { ReleaseState } from '../../domain/release/release-state.ts';
import type { ReleaseId } from '../../kernel/ids.ts';
import { decideAgain } from '../journal/decide-again.ts';
import type { HeldLease } from '../lease/hold-lease.ts';
import { hideCandidate } from '../pointer/tidy-channel.ts';
import { viewChannel } from '../pointer/view-channel.ts';
import { loadLine, loadRelease } from './load-release.ts';
import type { Actor, ReleaseWorld } from './release-world.ts';
import { withRunLease } from './with-run-lease.ts';

export interface EndRequest {
  readonly release: string;
  readonly actor: Actor;
  readonly reason: string;
}

/**
 * Gives up a release that users do not see, and frees its line. The version stays spent. What still runs of it is ended
 * first. Given up already, only what a crash has left is tidied away.
 * @throws {WrongStateError} users see it, or it is being promoted.
 * @throws {HeldElsewhereError} somebody is working on it.
 */
export async function abandonRelease(
  world: ReleaseWorld,
  request: EndRequest & { readonly signal?: AbortSignal },
): Promise<ReleaseState> {
  await withRunLease(world, request.release, async () => {
    const release = await loadRelease(world.journal, request.release);
    refuseSeen(release);
    await viewChannel(world, release.config, release.plan.channel); // a foreign origin: nothing is written
  });
  await endAttempts(world, request);
  return await withRunLease(world, request.release, async (held) => {
    await decideAgain(async () => await recordAbandoned(world, request, held));
    const release = await loadRelease(world.journal, request.release);
    await hideCandidate(world, release);
    return release;
  });
}

function refuseSeen({ id, phase }: ReleaseState): void {
  if (!mayBeSeen(phase)) return;
  throw new WrongStateError(`${id} is ${phase}: it cannot be abandoned.`, `First "slipway undo ${id}".`);
}

/** Supervisors work on without a conductor: a release that is given up leaves none behind. */
async function endAttempts(
  world: ReleaseWorld,
  { release, actor, reason, signal = new AbortController().signal }: Parameters<typeof abandonRelease>[1],
): Promise<void> {
  const run = await world.runs.state(release as ReleaseId);
  if (![...run.steps.values()].some(({ status }) => status === 'attempting')) return;
  await world.runs.cancel(release as ReleaseId, { by: actor.login, reason: `abandoned: ${reason}` }, signal);
}

async function recordAbandoned(world: ReleaseWorld, { release: id, actor, reason }: EndRequest, held: HeldLease) {
  const release = await loadRelease(world.journal, id);
  refuseSeen(release);
  if (release.phase === 'abandoned') return;
  const line = await loadLine(world.journal, release.plan.line);
  const closed = newEvent(LINE_EVENTS, 'release.closed', { release: id, how: 'abandoned' });
  await world.journal.append({
    by: actor.login,
    at: world.clock.now(),
    leases: [held.guard],
    writes: [
      {
        stream: releaseStream(id),
        expectedSeq: release.seq,
        events: [newEvent(RELEASE_EVENTS, 'release.abandoned', { reason })],
      },
      ...(line.open === id ? [{ stream: lineStream(release.plan.line), expectedSeq: line.seq, events: [closed] }] : []),
    ],
  });
}
