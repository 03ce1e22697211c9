import type { Instant } from '../../kernel/instant.ts';
import { gatesPassed, reviewGates } from './gate-review.ts';
import { isProved } from './next-release-action.ts';
import type { ReleaseState } from './release-state.ts';

/** Why the first pointer may not move. */
export type FlipBlock = 'not-staged' | 'candidate-expired' | 'not-verified' | 'gates' | 'deadline';

/**
 * May users see this release from now on? Asked last with the very facts that the flip's intent is recorded after, in one
 * transaction: an approval that expired a second ago, or was taken back meanwhile, stops it (promotion 4).
 * @param deadlineAt end of `promote.deadline`.
 */
export function whyNotFlip(release: ReleaseState, deadlineAt: Instant, now: Instant): FlipBlock | undefined {
  const { candidate } = release;
  if (candidate === undefined) return 'not-staged';
  if (candidate.keepUntil < now) return 'candidate-expired';
  if (!isProved(release, now)) return 'not-verified';
  if (!gatesPassed(reviewGates(release, now))) return 'gates';
  return now > deadlineAt ? 'deadline' : undefined;
}
