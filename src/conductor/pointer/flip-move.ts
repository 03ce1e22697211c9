import { newEvent } from '../../domain/journal/event-definition.ts';
import { lineStream, releaseStream } from '../../domain/journal/streams.ts';
import { LINE_EVENTS } from '../../domain/release/line-events.ts';
import { RELEASE_EVENTS } from '../../domain/release/release-events.ts';
import type { Promotion, ReleaseState } from '../../domain/release/release-state.ts';
import type { StreamWrite } from '../../ports/journal.ts';
import { failureOfError } from '../release/failure-of-error.ts';
import { loadLine, loadRelease } from '../release/load-release.ts';
import type { ReleaseWorld } from '../release/release-world.ts';
import type { MoveOutcome, PointerMove } from './move-pointer.ts';

/**
 * Phase 3: the one flip of a promotion. With its receipt the release is live and its line free, or it has failed and nothing
 * of it is visible, in one transaction. With one pointer nothing is ever half visible, so `onFailure` has nothing to choose
 * between: `undo` and `hold` both leave what users saw before.
 */
export function flipMove(
  world: ReleaseWorld,
  release: ReleaseState,
  promotion: Promotion,
  moving: Pick<PointerMove, 'by' | 'run' | 'target'>,
): PointerMove {
  return {
    ...moving,
    kind: 'flip',
    channel: release.plan.channel,
    release: release.id,
    promotion: promotion.number,
    before: release.candidate?.parent ?? null,
    after: promotion.after,
    undo: promotion.undo,
    withIntent: { writes: [] },
    withReceipt: async (outcome) => await receiptWrites(world, release.id, promotion, outcome),
  };
}

async function receiptWrites(
  { journal }: ReleaseWorld,
  id: string,
  promotion: Promotion,
  outcome: MoveOutcome,
): Promise<readonly StreamWrite[]> {
  const release = await loadRelease(journal, id);
  const own = { stream: releaseStream(id), expectedSeq: release.seq };
  if (outcome.is === 'not-done') {
    const failure = failureOfError(release, { phase: 'promote' }, outcome.because);
    return [{ ...own, events: [newEvent(RELEASE_EVENTS, 'release.failed', failure)] }];
  }
  const line = await loadLine(journal, release.plan.line);
  // One pointer carries every repository of the channel: from the first receipt to the last no time passes.
  const live = { promotion: promotion.number, generation: promotion.after, skewMs: 0 };
  const closed = newEvent(LINE_EVENTS, 'release.closed', { release: id, how: 'live' });
  return [
    { ...own, events: [newEvent(RELEASE_EVENTS, 'release.live', live)] },
    { stream: lineStream(release.plan.line), expectedSeq: line.seq, events: [closed] },
  ];
}
