import { newEvent } from '../../domain/journal/event-definition.ts';
import { type Goal, isProved, needsNewCandidate } from '../../domain/release/next-release-action.ts';
import { isOver, isSeen, mayBeSeen } from '../../domain/release/phases.ts';
import type { PlannedConfig } from '../../domain/release/planned-config.ts';
import { GateUnknownError, WrongStateError } from '../../domain/release/release-errors.ts';
import { RELEASE_EVENTS } from '../../domain/release/release-events.ts';
import type { ReleaseState } from '../../domain/release/release-state.ts';
import { skipOf } from '../../domain/release/skip.ts';
import type { ReleaseId, StepId } from '../../kernel/ids.ts';
import type { HeldLease } from '../lease/hold-lease.ts';
import { viewChannel } from '../pointer/view-channel.ts';
import { advanceRelease } from './advance-release.ts';
import { loadRelease } from './load-release.ts';
import { openRun } from './open-run.ts';
import { recordFact } from './record-fact.ts';
import type { Actor, ReleaseWorld } from './release-world.ts';
import { replanRelease } from './replan-release.ts';
import { isUndoBegun, undoRelease } from './undo-release.ts';
import { done, type VerbOutcome } from './verb-outcome.ts';
import { withRunLease } from './with-run-lease.ts';

/** Whether the work of an attempt that nobody can find any more was done, or has to be done again. */
export interface Decision {
  readonly step: StepId;
  readonly is: 'done' | 'again';
  readonly reason: string;
}

export interface GoOnRequest {
  readonly release: string;
  readonly actor: Actor;
  readonly signal: AbortSignal;
  readonly reason?: string;
  /** The config file as it is now: read again until `stage` is done, and by `stage` itself. */
  readonly planned?: PlannedConfig;
  /** `verify`, `gate:NAME`: recorded for ever, with the reason. */
  readonly skip?: readonly string[];
  /** `resume`: what a person found out about a lost attempt. */
  readonly decision?: Decision;
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
    const isAgain = goal === 'stage' && release.candidate !== undefined;
    // A candidate that failed is mended by the next one: `resume` never stages again by itself.
    if (!isAgain) refuseFailed(release);
    refuseOver(release, goal);
    return await goOn(world, request, held, goal, isAgain);
  });
}

/** The only retry verb: same release, same version, only what is not done, up to the next gate or the end. */
export async function resumeRelease(world: ReleaseWorld, request: GoOnRequest): Promise<VerbOutcome> {
  return await withRunLease(world, request.release, async (held) => {
    const release = await loadRelease(world.journal, request.release);
    if (release.phase === 'abandoned') refuseOver(release, 'resume');
    if (release.isUndone && release.failure === undefined) throw isUndone(release);
    await viewChannel(world, release.config, release.plan.channel); // a foreign origin: nothing is written
    if (await isUndoBegun(world, release)) return await finishUndo(world, release, request, held);
    if (request.decision !== undefined) {
      await world.runs.decide(release.id as ReleaseId, { ...request.decision, by: request.actor.login });
    }
    const granted = await world.runs.resume(release.id as ReleaseId, {
      by: request.actor.login,
      reason: request.reason,
      passed: release.stepsDone,
    });
    if (release.failure !== undefined || granted.length > 0) {
      const reason = request.reason === undefined ? {} : { reason: request.reason };
      const event = newEvent(RELEASE_EVENTS, 'release.resumed', reason);
      await recordFact(world, release.id, { held, actor: request.actor }, event);
    }
    // What was undone and failed on the way back goes on as far as its proof: `promote` is a decision of its own.
    return await goOn(world, request, held, release.isUndone ? 'verify' : 'end', false);
  });
}

/** Shows the release to users. @throws {WrongStateError} it has not been verified, or it failed. */
export async function promote(world: ReleaseWorld, request: GoOnRequest): Promise<VerbOutcome> {
  return await withRunLease(world, request.release, async (held) => {
    const release = await loadRelease(world.journal, request.release);
    refuseFailed(release);
    refuseOver(release, 'promote');
    const skipsVerify = request.skip?.includes('verify') === true;
    const hasBeenVerified = isProved(release, world.clock.now()) || release.promotions > 0 || skipsVerify;
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
  const recording = { held, actor };
  let release = await loadRelease(world.journal, request.release);
  await viewChannel(world, release.config, release.plan.channel); // a foreign origin: nothing is written
  for (const asked of request.skip ?? []) {
    const what = skippable(release, asked);
    if (skipOf(release, what) !== undefined) continue;
    const event = newEvent(RELEASE_EVENTS, 'release.skipped', { what, reason: request.reason ?? '' });
    release = await recordFact(world, release.id, recording, event);
  }
  const isOpenToChange = release.candidate === undefined && release.phase !== 'undone';
  const differs = planned !== undefined && planned.digest !== release.plan.configDigest;
  if (planned !== undefined && (again || (isOpenToChange && differs))) {
    const { changed } = await replanRelease(world, release, recording, planned);
    request.onReplanned?.(changed);
  } else await openRun(world, release, actor); // a crash right after `plan` may have left the run unrecorded
  return await advanceRelease(world, { release: request.release, goal, actor, held, signal });
}

/** What can be gone past: `verify`, or a gate of the line. @throws {GateUnknownError} */
function skippable(release: ReleaseState, asked: string): string {
  const gates = release.config.lines[release.plan.line]?.gates ?? [];
  const what = gates.includes(asked) ? `gate:${asked}` : asked;
  if (what === 'verify' || gates.some((gate) => what === `gate:${gate}`)) return what;
  throw new GateUnknownError(
    `--skip ${asked} names neither "verify" nor a gate of line ${release.plan.line}. ${gates.length === 0 ? 'It has no gates.' : `It has ${gates.join(', ')}.`}`,
    'Write --skip verify, or --skip gate:NAME.',
  );
}

async function finishUndo(
  world: ReleaseWorld,
  release: ReleaseState,
  { actor, reason }: GoOnRequest,
  run: HeldLease,
): Promise<VerbOutcome> {
  const undone = await undoRelease(world, release, { run, actor, reason });
  return done(undone, `The undo of ${release.id} was begun and is done now.`, `slipway promote ${release.id}`);
}

const isUndone = ({ id }: ReleaseState): WrongStateError =>
  new WrongStateError(
    `${id} is undone: showing it to users again is a decision of its own.`,
    `"slipway promote ${id}" shows the same bytes again, with new approvals; "slipway abandon ${id} --reason TEXT" gives it up.`,
  );

function refuseFailed(release: ReleaseState): void {
  if (release.failure === undefined) return;
  throw new WrongStateError(
    `${release.id} stopped: ${release.failure.sentence}`,
    needsNewCandidate(release.failure)
      ? `Mend the cause, then "slipway stage ${release.id}".`
      : `Mend the cause, then "slipway resume ${release.id}".`,
  );
}

function refuseOver(release: ReleaseState, verb: string): void {
  if (!isOver(release.phase) && !mayBeSeen(release.phase)) return;
  if (release.phase === 'promoting' && verb === 'promote') return;
  throw new WrongStateError(
    `${release.id} is ${release.phase} already: there is nothing to ${verb}.`,
    isSeen(release.phase)
      ? `Take it back with "slipway undo ${release.id}", or release the next version with "slipway run ${release.plan.line}".`
      : release.phase === 'promoting'
        ? `Go on with "slipway resume ${release.id}".`
        : `Begin the next one with "slipway plan ${release.plan.line}".`,
  );
}
