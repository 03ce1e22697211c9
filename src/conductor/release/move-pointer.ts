import { newEvent } from '../../domain/journal/event-definition.ts';
import { PointerNotOursError } from '../../domain/release/release-errors.ts';
import type { GenerationRef } from '../../domain/release/release-state.ts';
import { TARGET_EVENTS } from '../../domain/repository/channel-events.ts';
import { readPointer } from '../../domain/repository/read-pointer.ts';
import { type Flip, flipKey, foldTarget } from '../../domain/repository/target-state.ts';
import type { Sha256 } from '../../kernel/ids.ts';
import type { StreamWrite } from '../../ports/journal.ts';
import type { Origin } from '../../ports/origin.ts';
import type { HeldLease } from '../lease/hold-lease.ts';
import type { ReleaseWorld } from './release-world.ts';

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
  /** Streams that were read for this decision and must not have moved when the intent is recorded. */
  readonly unchanged: readonly { readonly stream: string; readonly seq: number }[];
  /** Facts that become true with the receipt, in the same transaction. */
  readonly withReceipt: (move: { readonly intendedAt: number; readonly receiptAt: number }) => readonly StreamWrite[];
}

export const targetOf = (channel: string): string => `${channel}/tree`;
const streamOf = (channel: string): string => `target/${targetOf(channel)}`;

/**
 * Moves a channel's pointer: intent, compare and set, receipt. Called again after a crash it asks the world first: a move
 * that was done gets its receipt ("was there"), one that was not is made now.
 * @throws {PointerNotOursError} the pointer is neither before nor after: somebody moved it. The receipt says so.
 */
export async function movePointer(world: ReleaseWorld, origin: Origin, move: PointerMove): Promise<void> {
  const { journal, clock } = world;
  const stream = streamOf(move.channel);
  const key = flipKey(move.kind, move.release, move.promotion, targetOf(move.channel), move.after.digest);
  let target = foldTarget(await journal.read(stream));
  const recorded = target.flips.find((row) => row.flip.key === key && row.receipt !== 'not-done');
  if (recorded?.receipt === 'done') return;

  const guards = [move.run.guard, move.target.guard];
  const seen = await origin.current(move.channel);
  const reading = readPointer(seen, move);
  let intendedAt = recorded?.intendedAt;
  if (intendedAt === undefined) {
    if (reading === 'elsewhere') throw moved(move, seen);
    intendedAt = clock.now();
    const intent: Flip = {
      key,
      release: move.release,
      promotion: move.promotion,
      before: move.before,
      after: move.after,
      undo: move.undo,
      epoch: move.target.epoch,
    };
    await journal.append({
      by: move.by,
      at: clock.now(),
      leases: guards,
      unchanged: move.unchanged,
      writes: [{ stream, expectedSeq: target.seq, events: [newEvent(TARGET_EVENTS, `${move.kind}.intended`, intent)] }],
    });
    target = { ...target, seq: target.seq + 1 };
  }

  const flipped = await compareAndSet(origin, move, reading);
  const at = clock.now();
  const receipt = { key, seen: flipped ? move.after : (seen ?? null), wasThere: reading === 'after' };
  const outcome = flipped ? 'done' : 'not-done';
  const writes = flipped ? move.withReceipt({ intendedAt, receiptAt: at }) : [];
  await journal.append({
    by: move.by,
    at,
    leases: guards,
    writes: [
      { stream, expectedSeq: target.seq, events: [newEvent(TARGET_EVENTS, `${move.kind}.${outcome}`, receipt)] },
      ...writes,
    ],
  });
  if (!flipped) throw moved(move, await origin.current(move.channel));
}

/** @returns false when the pointer was not at `before`: nothing has changed. Every other failure is thrown: the intent stays without a receipt. */
async function compareAndSet(origin: Origin, move: PointerMove, reading: string): Promise<boolean> {
  if (reading === 'after') return true;
  if (reading === 'elsewhere') return false;
  const sha = (ref: GenerationRef): { number: number; digest: Sha256 } => ({
    number: ref.number,
    digest: ref.digest as Sha256,
  });
  try {
    await origin.flip(move.channel, {
      before: move.before === null ? null : sha(move.before),
      after: sha(move.after),
      epoch: move.target.epoch,
    });
    return true;
  } catch (cause) {
    if ((cause as { code?: unknown }).code === 'SLIP_POINTER_MOVED') return false;
    throw cause;
  }
}

function moved(move: PointerMove, seen: { readonly number: number } | undefined): PointerNotOursError {
  const found = seen === undefined ? 'has no pointer' : `shows generation ${seen.number}`;
  const wanted = move.before === null ? 'no generation yet' : `generation ${move.before.number}`;
  return new PointerNotOursError(
    `Channel ${move.channel} ${found}; ${move.kind === 'flip' ? 'the promotion' : 'the undo'} of ${move.release} needs ${wanted} there. Nothing was changed.`,
    `See who moved it with "slipway status" and "slipway journal show target/${targetOf(move.channel)}".`,
  );
}
