import { targetStream } from '../../domain/journal/streams.ts';
import type { ReleaseState } from '../../domain/release/release-state.ts';
import { foldTarget, type TargetState } from '../../domain/repository/target-state.ts';
import type { Instant } from '../../kernel/instant.ts';
import type { Journal } from '../../ports/journal.ts';

/** A move of the pointer that was begun for a release and has no receipt: what users see is known only to the origin. */
export interface PendingMove {
  readonly kind: 'flip' | 'undo';
  readonly since: Instant;
}

/** Somebody was interrupted between a move and its receipt; `resume` asks the origin and completes it. */
export async function pendingMove(journal: Journal, release: ReleaseState): Promise<PendingMove | undefined> {
  return moveOf(foldTarget(await journal.read(targetStream(release.plan.channel))), release);
}

/** The same for many releases: each channel is read once. */
export async function pendingMoves(
  journal: Journal,
  releases: readonly ReleaseState[],
): Promise<ReadonlyMap<string, PendingMove>> {
  const targets = new Map<string, TargetState>();
  for (const channel of new Set(releases.map(({ plan }) => plan.channel)))
    targets.set(channel, foldTarget(await journal.read(targetStream(channel))));
  return new Map(
    releases.flatMap((release) => {
      const target = targets.get(release.plan.channel);
      const move = target && moveOf(target, release);
      return move === undefined ? [] : [[release.id, move]];
    }),
  );
}

function moveOf(target: TargetState, release: ReleaseState): PendingMove | undefined {
  const move = target.flips.findLast(({ flip, receipt }) => flip.release === release.id && receipt === 'none');
  return move === undefined ? undefined : { kind: move.kind, since: move.intendedAt };
}
