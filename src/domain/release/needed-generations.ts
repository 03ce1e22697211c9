import type { Instant } from '../../kernel/instant.ts';
import { isOpen } from './phases.ts';
import type { ReleaseState } from './release-state.ts';

/**
 * Generations of a channel that a sweep must leave, besides what is live and young: candidates that may still be promoted
 * (`stage.keep`), both ends of a promotion under way, and the undo of what users see now.
 */
export function neededGenerations(
  releases: readonly ReleaseState[],
  channel: string,
  current: number | undefined,
  now: Instant,
): ReadonlySet<number> {
  const needed = new Set<number>();
  for (const { phase, plan, candidate, promotion } of releases) {
    if (plan.channel !== channel) continue;
    if (candidate !== undefined && isOpen(phase) && candidate.keepUntil >= now) needed.add(candidate.generation.number);
    if (promotion === undefined || !(phase === 'promoting' || promotion.after.number === current)) continue;
    needed.add(promotion.after.number).add(promotion.undo.number);
  }
  return needed;
}
