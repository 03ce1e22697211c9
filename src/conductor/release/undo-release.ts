import { newEvent } from '../../domain/journal/event-definition.ts';
import { LINE_EVENTS } from '../../domain/release/line-events.ts';
import {
  HeldElsewhereError,
  PointerNotOursError,
  ReleaseOpenError,
  WrongStateError,
} from '../../domain/release/release-errors.ts';
import { RELEASE_EVENTS } from '../../domain/release/release-events.ts';
import type { Promotion, ReleaseState } from '../../domain/release/release-state.ts';
import { type HeldLease, holdLease } from '../lease/hold-lease.ts';
import { viewChannel } from './channel-view.ts';
import { loadLine, loadRelease } from './load-release.ts';
import { movePointer, targetOf } from './move-pointer.ts';
import type { Actor, ReleaseWorld } from './release-world.ts';

/**
 * Takes a promotion back: the pointer moves to the undo generation, which was written and signed before anything was seen
 * to move. Allowed while nothing else has been promoted in the channel since and no newer release of the line is open.
 * @throws {WrongStateError} it is not visible to users. @throws {ReleaseOpenError} a newer release of the line is open.
 * @throws {PointerNotOursError} somebody else promoted after it.
 */
export async function undoRelease(
  world: ReleaseWorld,
  release: ReleaseState,
  run: HeldLease,
  actor: Actor,
  reason: string | undefined,
): Promise<ReleaseState> {
  const promotion = await undoable(world, release);
  const { channel } = release.plan;
  const target = await holdLease(world, `target/${targetOf(channel)}`);
  if (target === undefined) {
    throw new HeldElsewhereError(
      `Another process is moving the pointer of channel ${channel}.`,
      'Wait for it, then ask again.',
    );
  }
  try {
    await moveBack(world, { release, promotion, run, target, actor, reason });
  } finally {
    await target.release();
  }
  return await loadRelease(world.journal, release.id);
}

async function undoable(world: ReleaseWorld, release: ReleaseState): Promise<Promotion> {
  const { promotion, phase, plan, id } = release;
  if (promotion === undefined || !['promoting', 'live', 'settled'].includes(phase)) {
    throw new WrongStateError(
      `${id} is ${phase}: users do not see it, so there is nothing to undo.`,
      `See where it is with "slipway status ${id}".`,
    );
  }
  const line = await loadLine(world.journal, plan.line);
  if (line.open !== undefined && line.open !== id) throw new ReleaseOpenError(plan.line, line.open);

  const { current } = await viewChannel(world, release.config, plan.channel);
  const isOurs = current?.digest === promotion.after.digest || current?.digest === promotion.undo.digest;
  if (!isOurs) {
    throw new PointerNotOursError(
      current === undefined || current.number < promotion.after.number
        ? `Channel ${plan.channel} does not show generation ${promotion.after.number} of ${id} yet: nothing has to be taken back.`
        : `Channel ${plan.channel} shows generation ${current.number} of ${current.release}, promoted after ${id}. Taking ${id} back would take that along.`,
      current === undefined || current.number < promotion.after.number
        ? `Go on with "slipway resume ${id}".`
        : `Undo ${current.release} first, or release a higher version.`,
    );
  }
  return promotion;
}

async function moveBack(
  world: ReleaseWorld,
  undo: {
    readonly release: ReleaseState;
    readonly promotion: Promotion;
    readonly run: HeldLease;
    readonly target: HeldLease;
    readonly actor: Actor;
    readonly reason: string | undefined;
  },
): Promise<void> {
  const { release, promotion, run, target, actor, reason } = undo;
  const line = await loadLine(world.journal, release.plan.line);
  const undone = newEvent(RELEASE_EVENTS, 'release.undone', {
    promotion: promotion.number,
    generation: promotion.undo,
    ...(reason !== undefined && { reason }),
  });
  const reopened = newEvent(LINE_EVENTS, 'release.reopened', { release: release.id });
  await movePointer(world, world.origin(release.config), {
    kind: 'undo',
    channel: release.plan.channel,
    release: release.id,
    promotion: promotion.number,
    before: promotion.after,
    after: promotion.undo,
    undo: null,
    by: actor.login,
    run,
    target,
    unchanged: [
      { stream: `release/${release.id}`, seq: release.seq },
      { stream: `line/${release.plan.line}`, seq: line.seq },
    ],
    withReceipt: () => [
      { stream: `release/${release.id}`, expectedSeq: release.seq, events: [undone] },
      ...(line.open === release.id
        ? []
        : [{ stream: `line/${release.plan.line}`, expectedSeq: line.seq, events: [reopened] }]),
    ],
  });
}
