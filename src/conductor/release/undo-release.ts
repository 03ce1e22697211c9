import { newEvent } from '../../domain/journal/event-definition.ts';
import { lineStream, releaseStream } from '../../domain/journal/streams.ts';
import { LINE_EVENTS } from '../../domain/release/line-events.ts';
import { mayBeSeen } from '../../domain/release/phases.ts';
import { PointerNotOursError, WrongStateError } from '../../domain/release/release-errors.ts';
import { RELEASE_EVENTS } from '../../domain/release/release-events.ts';
import {
  foldRelease,
  type GenerationRef,
  type Promotion,
  type ReleaseState,
} from '../../domain/release/release-state.ts';
import type { StreamWrite } from '../../ports/journal.ts';
import { decideAgain } from '../journal/decide-again.ts';
import type { HeldLease } from '../lease/hold-lease.ts';
import { flipMove } from '../pointer/flip-move.ts';
import { answerMove, type MoveOutcome, movePointer, type PointerMove, recordedMove } from '../pointer/move-pointer.ts';
import { type ChannelView, viewChannel } from '../pointer/view-channel.ts';
import { withTarget } from '../pointer/with-target.ts';
import { loadLine, loadRelease } from './load-release.ts';
import type { Actor, ReleaseWorld } from './release-world.ts';
import { withRunLease } from './with-run-lease.ts';

/** Takes a promotion back; see {@link undoRelease}. */
export async function undo(
  world: ReleaseWorld,
  { release, actor, reason }: { readonly release: string; readonly actor: Actor; readonly reason?: string },
): Promise<ReleaseState> {
  return await withRunLease(
    world,
    release,
    async (run) =>
      await decideAgain(
        async () => await undoRelease(world, await loadRelease(world.journal, release), { run, actor, reason }),
      ),
  );
}

export interface Undoing {
  readonly run: HeldLease;
  readonly actor: Actor;
  readonly reason: string | undefined;
}

/**
 * Takes a promotion back: the pointer moves to the undo generation, which was written and signed before anything was seen
 * to move. Allowed while nothing else has been promoted in the channel since and no newer release of the line is open.
 * A promotion that was begun and never seen is taken back the same way: after that, nobody who wakes up late can finish it.
 * @throws {WrongStateError} it is not visible to users, or a newer release of the line is open.
 * @throws {PointerNotOursError} somebody else promoted after it.
 */
export async function undoRelease(world: ReleaseWorld, release: ReleaseState, undoing: Undoing): Promise<ReleaseState> {
  const promotion = undoable(release);
  return await withTarget(world, release.plan.channel, release.id, async (target) => {
    await undoUnder(world, release, promotion, undoing, target);
    return await loadRelease(world.journal, release.id);
  });
}

/** The undo of a live release that was begun and has no receipt: `resume` goes on with it. */
export async function isUndoBegun(world: ReleaseWorld, release: ReleaseState): Promise<boolean> {
  const { promotion } = release;
  if (promotion === undefined) return false;
  const move = { kind: 'undo', channel: release.plan.channel, release: release.id } as const;
  const recorded = await recordedMove(world, { ...move, promotion: promotion.number, after: promotion.undo });
  return recorded !== undefined && recorded.receipt === 'none';
}

function undoable({ promotion, phase, id }: ReleaseState): Promotion {
  if (promotion !== undefined && mayBeSeen(phase)) return promotion;
  throw new WrongStateError(
    `${id} is ${phase}: users do not see it, so there is nothing to undo.`,
    `See where it is with "slipway status ${id}".`,
  );
}

async function undoUnder(
  world: ReleaseWorld,
  asked: ReleaseState,
  promotion: Promotion,
  undoing: Undoing,
  target: HeldLease,
): Promise<void> {
  let release = asked;
  const view = await viewChannel(world, release.config, release.plan.channel);
  let before: GenerationRef | null = promotion.after;
  if (release.phase === 'promoting') {
    const moving = { by: undoing.actor.login, run: undoing.run, target };
    const neverSeen = await answerFlip(world, view, flipMove(world, release, promotion, moving));
    if (neverSeen) before = release.candidate?.parent ?? null;
    release = await loadRelease(world.journal, release.id);
  }
  const line = await loadLine(world.journal, release.plan.line);
  if (line.open !== undefined && line.open !== release.id) throw newerIsOpen(release, line.open);
  const isThere = (view.current?.digest ?? null) === (before?.digest ?? null);
  if (!isThere && view.current?.digest !== promotion.undo.digest)
    throw await promotedSince(world, release, promotion, view);

  const reopened = newEvent(LINE_EVENTS, 'release.reopened', { release: release.id });
  const ofLine = { stream: lineStream(release.plan.line), seq: line.seq };
  const isOpen = line.open === release.id;
  await movePointer(world, view.origin, {
    kind: 'undo',
    channel: release.plan.channel,
    release: release.id,
    promotion: promotion.number,
    before,
    after: promotion.undo,
    undo: null,
    by: undoing.actor.login,
    run: undoing.run,
    target,
    // With the intent the line is taken again: were it free until the receipt, another release could begin in between.
    withIntent: {
      unchanged: [{ stream: releaseStream(release.id), seq: release.seq }, ...(isOpen ? [ofLine] : [])],
      writes: isOpen ? [] : [{ stream: ofLine.stream, expectedSeq: line.seq, events: [reopened] }],
    },
    withReceipt: async (outcome) => await receiptWrites(world, release, promotion, undoing, outcome),
  });
}

/** A flip that was begun gets its receipt first. @returns whether users have never seen it. */
async function answerFlip(world: ReleaseWorld, { origin }: ChannelView, move: PointerMove): Promise<boolean> {
  const recorded = await recordedMove(world, move);
  if (recorded === undefined) return true;
  const settled: PointerMove = {
    ...move,
    // Not done, it stays `promoting` until the undo's receipt: only then is it sure that nobody finishes it.
    withReceipt: async (outcome) => (outcome.is === 'done' ? await move.withReceipt(outcome) : []),
  };
  const outcome = await answerMove(world, origin, settled);
  return outcome.is === 'not-done';
}

async function receiptWrites(
  { journal }: ReleaseWorld,
  { id, plan }: ReleaseState,
  promotion: Promotion,
  { reason }: Undoing,
  outcome: MoveOutcome,
): Promise<readonly StreamWrite[]> {
  const release = await loadRelease(journal, id);
  if (outcome.is === 'done') {
    const undone = newEvent(RELEASE_EVENTS, 'release.undone', {
      promotion: promotion.number,
      generation: promotion.undo,
      ...(reason !== undefined && { reason }),
    });
    return [{ stream: releaseStream(id), expectedSeq: release.seq, events: [undone] }];
  }
  if (release.phase === 'promoting') return [];
  const line = await loadLine(journal, plan.line);
  const closed = newEvent(LINE_EVENTS, 'release.closed', { release: id, how: 'live' });
  return line.open === id ? [{ stream: lineStream(plan.line), expectedSeq: line.seq, events: [closed] }] : [];
}

const newerIsOpen = ({ id, plan }: ReleaseState, open: string): WrongStateError =>
  new WrongStateError(
    `${id} cannot be taken back: line ${plan.line} has gone on to ${open}, which is open.`,
    `Release ${open}, whose higher version cures ${id}; or "slipway abandon ${open} --reason TEXT", then undo.`,
  );

async function promotedSince(
  { journal }: ReleaseWorld,
  { id, plan }: ReleaseState,
  promotion: Promotion,
  { current }: ChannelView,
): Promise<PointerNotOursError> {
  if (current === undefined || current.number < promotion.after.number) {
    return new PointerNotOursError(
      `Channel ${plan.channel} shows ${current === undefined ? 'nothing' : `generation ${current.number}`}, not generation ${promotion.after.number} of ${id}: somebody moved the pointer back by hand.`,
      'Find out who, and put the pointer back where the journal left it ("slipway journal show").',
    );
  }
  const later = foldRelease(current.release, await journal.read(releaseStream(current.release)));
  if (later?.isUndone === true)
    return new PointerNotOursError(
      `Channel ${plan.channel} shows generation ${current.number}, which took ${later.id} back after ${id} was promoted. Nothing was prepared to take ${id} back from there.`,
      `Release a higher version with "slipway run ${plan.line}": that is what cures ${id} now.`,
    );
  return new PointerNotOursError(
    `Channel ${plan.channel} shows generation ${current.number} of ${current.release}, promoted after ${id}. Taking ${id} back would take that along.`,
    `Undo ${current.release} first, or release a higher version.`,
  );
}
