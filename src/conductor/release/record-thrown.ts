import type { NewEvent } from '../../domain/journal/entry.ts';
import { newEvent } from '../../domain/journal/event-definition.ts';
import type { ReleaseAction } from '../../domain/release/next-release-action.ts';
import { HeldElsewhereError, JournalOutrunError, PointerUnderWayError } from '../../domain/release/release-errors.ts';
import { RELEASE_EVENTS } from '../../domain/release/release-events.ts';
import type { Failure, ReleaseState } from '../../domain/release/release-state.ts';
import { SlipwayError } from '../../kernel/slipway-error.ts';
import { isSystemError } from '../../kernel/system-error.ts';
import { JournalConflictError, LeaseLostError } from '../../ports/journal.ts';
import { OriginFencedError } from '../../ports/origin-error.ts';
import { failureOfError } from './failure-of-error.ts';
import { loadRelease } from './load-release.ts';
import { type Recording, recordFact } from './record-fact.ts';
import type { ReleaseWorld } from './release-world.ts';

/** After these nothing is written: the release is another process's now, or this journal may not speak for the origin. */
const NOT_OURS = [LeaseLostError, OriginFencedError, JournalOutrunError, JournalConflictError];
/** These say that somebody else is at work. Nothing is wrong with this release: the same verb will do later. */
const LATER = [HeldElsewhereError, PointerUnderWayError];

/**
 * What an action threw becomes news of the release, so that `status` knows it tomorrow: failed, and users see nothing of it;
 * or partial, when the pointer was about to move and nobody could say whether it did.
 * @returns the failure when it is partial; the caller rethrows otherwise.
 */
export async function recordThrown(
  world: ReleaseWorld,
  recording: Recording & { readonly release: string },
  action: ReleaseAction,
  cause: unknown,
): Promise<Failure | undefined> {
  if ([...NOT_OURS, ...LATER].some((kind) => cause instanceof kind)) return undefined;
  try {
    const release = await loadRelease(world.journal, recording.release);
    const failure = failureOfError(release, whereOf(action), cause);
    const isPartial = release.phase === 'promoting';
    // A mistake of our own is no news of the release, unless nobody knows now what users see.
    if (!isPartial && !(cause instanceof SlipwayError) && !isSystemError(cause)) return undefined;
    if (!isRecorded(release, failure)) {
      await recordFact(world, release.id, recording, eventOf(failure, isPartial));
    }
    return isPartial ? failure : undefined;
  } catch {
    // The journal takes nothing more either (its disk may be the one that is full): what went wrong first is what is told.
    return undefined;
  }
}

const eventOf = (failure: Failure, isPartial: boolean): NewEvent =>
  isPartial
    ? newEvent(RELEASE_EVENTS, 'release.partial', failure)
    : newEvent(RELEASE_EVENTS, 'release.failed', failure);

export const isRecorded = ({ failure: last }: ReleaseState, failure: Failure): boolean =>
  last?.class === failure.class && last.sentence === failure.sentence;

function whereOf(action: ReleaseAction): Pick<Failure, 'phase' | 'step'> {
  switch (action.do) {
    case 'build':
      return { phase: 'build' };
    case 'stage':
      return { phase: 'stage' };
    case 'verify':
      return { phase: action.step.view === 'live' ? 'settle' : 'verify' };
    case 'run-step':
      return { phase: 'step', step: action.step.id };
    case 'settle':
      return { phase: 'settle' };
    default:
      return { phase: 'promote' };
  }
}
