import type { NewEvent } from '../../domain/journal/entry.ts';
import { newEvent } from '../../domain/journal/event-definition.ts';
import type { PlannedConfig } from '../../domain/release/planned-config.ts';
import { WrongStateError } from '../../domain/release/release-errors.ts';
import { RELEASE_EVENTS } from '../../domain/release/release-events.ts';
import { type Goal, isSkipped, isVerified } from '../../domain/release/release-machine.ts';
import type { ReleaseState } from '../../domain/release/release-state.ts';
import type { ReleaseId } from '../../kernel/ids.ts';
import type { HeldLease } from '../lease/hold-lease.ts';
import { advanceRelease } from './advance-release.ts';
import { loadRelease } from './load-release.ts';
import { openRun } from './plan-release.ts';
import type { Actor, ReleaseWorld } from './release-world.ts';
import { replanRelease } from './replan-release.ts';
import type { VerbOutcome } from './verb-outcome.ts';
import { withRunLease } from './with-run-lease.ts';

export interface GoOnRequest {
  readonly release: string;
  readonly actor: Actor;
  readonly signal: AbortSignal;
  readonly reason?: string;
  /** The config file as it is now: read again until `stage` is done, and by `stage` itself. */
  readonly planned?: PlannedConfig;
  /** `verify`, `gate:NAME`: recorded for ever, with the reason. */
  readonly skip?: readonly string[];
  /** Told what changed in the config since the last plan. */
  readonly onReplanned?: (changed: readonly string[]) => void;
}

/** `build`, `stage`, `verify`: all unfinished steps up to and with that one. @throws {WrongStateError} after a failure. */
export async function workTowards(
  world: ReleaseWorld,
  goal: Exclude<Goal, 'end'>,
  request: GoOnRequest,
): Promise<VerbOutcome> {
  return await withRunLease(world, request.release, async (held) => {
    const release = await loadRelease(world.journal, request.release);
    refuseFailed(release);
    refuseOver(release, goal);
    const isAgain = goal === 'stage' && release.candidate !== undefined;
    return await goOn(world, request, held, goal, isAgain);
  });
}

/** The only retry verb: same release, same version, only what is not done, up to the next gate or the end. */
export async function resumeRelease(world: ReleaseWorld, request: GoOnRequest): Promise<VerbOutcome> {
  return await withRunLease(world, request.release, async (held) => {
    const release = await loadRelease(world.journal, request.release);
    if (release.phase === 'abandoned') refuseOver(release, 'resume');
    const granted = await world.runs.resume(release.id as ReleaseId, request.actor.login, request.reason);
    if (release.failure !== undefined || granted.length > 0) {
      const reason = request.reason === undefined ? {} : { reason: request.reason };
      await record(world, release, held, request.actor, newEvent(RELEASE_EVENTS, 'release.resumed', reason));
    }
    return await goOn(world, request, held, 'end', false);
  });
}

/** Shows the release to users. @throws {WrongStateError} it has not been verified, or it failed. */
export async function promote(world: ReleaseWorld, request: GoOnRequest): Promise<VerbOutcome> {
  return await withRunLease(world, request.release, async (held) => {
    const release = await loadRelease(world.journal, request.release);
    refuseFailed(release);
    refuseOver(release, 'promote');
    const skipsVerify = request.skip?.includes('verify') === true || isSkipped(release, 'verify');
    const hasBeenVerified = isVerified(release, world.clock.now()) || release.promotions > 0 || skipsVerify;
    if (release.candidate === undefined || !hasBeenVerified) {
      throw new WrongStateError(
        `${release.id} is ${release.phase}: it has not been ${release.candidate === undefined ? 'staged' : 'verified'} yet, and nobody promotes what no client has proved.`,
        `First "slipway verify ${release.id}", or let "slipway resume ${release.id}" do all that is left.`,
      );
    }
    return await goOn(world, request, held, 'end', false);
  });
}

async function goOn(
  world: ReleaseWorld,
  request: GoOnRequest,
  held: HeldLease,
  goal: Goal,
  again: boolean,
): Promise<VerbOutcome> {
  const { actor, planned, signal } = request;
  let release = await loadRelease(world.journal, request.release);
  for (const what of request.skip ?? []) {
    if (isSkipped(release, what)) continue;
    const event = newEvent(RELEASE_EVENTS, 'release.skipped', { what, reason: request.reason ?? '' });
    release = await record(world, release, held, actor, event);
  }
  const isOpenToChange = release.candidate === undefined && release.phase !== 'undone';
  const differs = planned !== undefined && planned.digest !== release.plan.configDigest;
  if (planned !== undefined && (again || (isOpenToChange && differs))) {
    const { changed } = await replanRelease(world, release, held, actor, planned);
    request.onReplanned?.(changed);
  } else await openRun(world, release, actor); // a crash right after `plan` may have left the run unrecorded
  return await advanceRelease(world, { release: request.release, goal, actor, held, signal });
}

async function record(
  world: ReleaseWorld,
  release: ReleaseState,
  held: HeldLease,
  actor: Actor,
  event: NewEvent,
): Promise<ReleaseState> {
  await world.journal.append({
    by: actor.login,
    at: world.clock.now(),
    leases: [held.guard],
    writes: [{ stream: `release/${release.id}`, expectedSeq: release.seq, events: [event] }],
  });
  return await loadRelease(world.journal, release.id);
}

function refuseFailed(release: ReleaseState): void {
  if (release.failure === undefined) return;
  throw new WrongStateError(
    `${release.id} stopped: ${release.failure.sentence}`,
    `Mend the cause, then "slipway resume ${release.id}".`,
  );
}

function refuseOver(release: ReleaseState, verb: string): void {
  if (!['live', 'settled', 'abandoned', 'promoting'].includes(release.phase)) return;
  if (release.phase === 'promoting' && verb === 'promote') return;
  const isSeen = release.phase === 'live' || release.phase === 'settled';
  throw new WrongStateError(
    `${release.id} is ${release.phase} already: there is nothing to ${verb}.`,
    isSeen
      ? `Take it back with "slipway undo ${release.id}", or release the next version with "slipway run ${release.plan.line}".`
      : release.phase === 'promoting'
        ? `Go on with "slipway resume ${release.id}".`
        : `Begin the next one with "slipway plan ${release.plan.line}".`,
  );
}
