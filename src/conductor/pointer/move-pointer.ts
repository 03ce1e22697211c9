import { newEvent } from '../../domain/journal/event-definition.ts';
import { targetOf, targetStream } from '../../domain/journal/streams.ts';
import { PointerNotOursError } from '../../domain/release/release-errors.ts';
import type { GenerationRef } from '../../domain/release/release-state.ts';
import { TARGET_EVENTS } from '../../domain/repository/channel-events.ts';
import { type PointerReading, readPointer } from '../../domain/repository/read-pointer.ts';
import { type Flip, flipKey, foldTarget, type RecordedFlip } from '../../domain/repository/target-state.ts';
import type { Sha256 } from '../../kernel/ids.ts';
import type { Append, StreamWrite } from '../../ports/journal.ts';
import type { Origin, PointerState } from '../../ports/origin.ts';
import { OriginFencedError, PointerMovedError } from '../../ports/origin-error.ts';
import { decideAgain } from '../journal/decide-again.ts';
import type { HeldLease } from '../lease/hold-lease.ts';
import type { ReleaseWorld } from '../release/release-world.ts';

export interface PointerMove {
  readonly kind: 'flip' | 'undo';
  readonly channel: string;
  readonly release: string;
  readonly promotion: number;
  readonly before: GenerationRef | null;
  readonly after: GenerationRef;
  /** Where an undo of this move goes; null for an undo, which is never undone. */
  readonly undo: GenerationRef | null;
  readonly by: string;
  /** Leases that must hold: the run's and the target's. */
  readonly run: HeldLease;
  readonly target: HeldLease;
  /** What was read for this decision and must not have moved when the intent is recorded, and what becomes true with it. */
  readonly withIntent: Pick<Append, 'unchanged'> & { readonly writes: readonly StreamWrite[] };
  /** Facts that become true with the receipt, in the same transaction; asked again when somebody added a fact meanwhile. */
  readonly withReceipt: (outcome: MoveOutcome) => Promise<readonly StreamWrite[]>;
}

/** `not-done`: users see what they saw before, and this move is over. `because` is what to throw then. */
export type MoveOutcome = { readonly is: 'done' } | { readonly is: 'not-done'; readonly because: unknown };

/** The move's record in the journal that has not been answered with "not done"; undefined when it is not begun. */
export async function recordedMove(
  { journal }: Pick<ReleaseWorld, 'journal'>,
  move: Pick<PointerMove, 'kind' | 'channel' | 'release' | 'promotion' | 'after'>,
): Promise<RecordedFlip | undefined> {
  const { flips } = foldTarget(await journal.read(targetStream(move.channel)));
  return flips.find(({ flip, receipt }) => flip.key === keyOf(move) && receipt !== 'not-done');
}

/**
 * Moves a channel's pointer: intent, compare and set, receipt. Called again after a crash it asks the world first: a move
 * that was done gets its receipt ("was there"), one that was not is made now. Every intent gets one receipt, except when
 * nobody can say whether it was done: then what went wrong is thrown, and the next `resume` asks again.
 * @throws {PointerNotOursError} the pointer is neither before nor after: somebody moved it. The receipt says so.
 * @throws what the origin threw, when the pointer has not moved. The receipt says so.
 * @throws {JournalConflictError} somebody added a fact before the intent: nothing was done, decide again.
 */
export async function movePointer(world: ReleaseWorld, origin: Origin, move: PointerMove): Promise<void> {
  const recorded = await recordedMove(world, move);
  if (recorded?.receipt === 'done') return;
  const seen = await pointerOf(origin, move);
  const reading = readPointer(seen, move);
  if (recorded === undefined) {
    if (reading === 'elsewhere') throw moved(move, seen);
    await recordIntent(world, move);
  }
  const outcome = await compareAndSet(origin, move, reading);
  await recordReceipt(world, origin, move, outcome, reading === 'after');
  if (outcome.is === 'not-done') throw outcome.because;
}

/** Answers a move that was begun and has no receipt, without moving anything. @returns what the world says. */
export async function answerMove(world: ReleaseWorld, origin: Origin, move: PointerMove): Promise<MoveOutcome> {
  const seen = await pointerOf(origin, move);
  const isThere = readPointer(seen, move) === 'after';
  const outcome: MoveOutcome = isThere ? { is: 'done' } : { is: 'not-done', because: moved(move, seen) };
  await recordReceipt(world, origin, move, outcome, isThere);
  return outcome;
}

/** @throws {PointerNotOursError} there was a pointer and there is none: nobody knows what users saw, so nothing is answered. */
async function pointerOf(origin: Origin, move: PointerMove): Promise<PointerState | undefined> {
  const seen = await origin.current(move.channel);
  if (seen === undefined && move.before !== null) throw moved(move, seen);
  return seen;
}

async function recordIntent({ journal, clock }: ReleaseWorld, move: PointerMove): Promise<void> {
  const stream = targetStream(move.channel);
  const { seq } = foldTarget(await journal.read(stream));
  const { release, promotion, before, after, undo, withIntent } = move;
  const intent: Flip = { key: keyOf(move), release, promotion, before, after, undo, epoch: move.target.epoch };
  await journal.append({
    by: move.by,
    at: clock.now(),
    leases: [move.run.guard, move.target.guard],
    ...(withIntent.unchanged !== undefined && { unchanged: withIntent.unchanged }),
    writes: [
      { stream, expectedSeq: seq, events: [newEvent(TARGET_EVENTS, `${move.kind}.intended`, intent)] },
      ...withIntent.writes,
    ],
  });
}

async function recordReceipt(
  { journal, clock }: ReleaseWorld,
  origin: Origin,
  move: PointerMove,
  outcome: MoveOutcome,
  wasThere: boolean,
): Promise<void> {
  const stream = targetStream(move.channel);
  const seen = outcome.is === 'done' ? move.after : ((await origin.current(move.channel)) ?? null);
  const receipt = newEvent(TARGET_EVENTS, `${move.kind}.${outcome.is}`, { key: keyOf(move), seen, wasThere });
  await decideAgain(async () => {
    const { seq } = foldTarget(await journal.read(stream));
    const writes = await move.withReceipt(outcome);
    await journal.append({
      by: move.by,
      at: clock.now(),
      leases: [move.run.guard, move.target.guard],
      writes: [{ stream, expectedSeq: seq, events: [receipt] }, ...writes],
    });
  });
}

async function compareAndSet(origin: Origin, move: PointerMove, reading: PointerReading): Promise<MoveOutcome> {
  if (reading === 'after') return { is: 'done' };
  if (reading === 'elsewhere') return { is: 'not-done', because: moved(move, await origin.current(move.channel)) };
  try {
    await origin.flip(move.channel, {
      before: move.before === null ? null : pointer(move.before),
      after: pointer(move.after),
      epoch: move.target.epoch,
    });
    return { is: 'done' };
  } catch (cause) {
    // A later conductor has been here: it answers the intent, and this one writes nothing more.
    if (cause instanceof OriginFencedError) throw cause;
    // The error says what went wrong, the pointer says what users see. When it cannot be read either, nobody knows: that throws.
    const seen = await pointerOf(origin, move);
    if (readPointer(seen, move) === 'after') return { is: 'done' };
    return { is: 'not-done', because: cause instanceof PointerMovedError ? moved(move, seen) : cause };
  }
}

const pointer = ({ number, digest }: GenerationRef): { number: number; digest: Sha256 } => ({
  number,
  digest: digest as Sha256,
});

const keyOf = (move: Pick<PointerMove, 'kind' | 'channel' | 'release' | 'promotion' | 'after'>): string =>
  flipKey(move.kind, move.release, move.promotion, targetOf(move.channel), move.after.digest);

function moved(move: PointerMove, seen: { readonly number: number } | undefined): PointerNotOursError {
  const found = seen === undefined ? 'has no pointer' : `shows generation ${seen.number}`;
  const wanted = move.before === null ? 'no generation yet' : `generation ${move.before.number}`;
  return new PointerNotOursError(
    `Channel ${move.channel} ${found}; ${move.kind === 'flip' ? 'the promotion' : 'the undo'} of ${move.release} needs ${wanted} there. Nothing was changed.`,
    `See who moved it with "slipway status" and "slipway journal show ${targetStream(move.channel)}", then "slipway resume ${move.release}".`,
  );
}
