import type { Failure, ReleaseState } from '../../domain/release/release-state.ts';
import { SlipwayError } from '../../kernel/slipway-error.ts';

/** What was thrown, as news of a release: its code is the class. Text that is not ours is kept word for word. */
export function failureOfError(
  release: Pick<ReleaseState, 'id'>,
  where: Pick<Failure, 'phase' | 'step'>,
  cause: unknown,
): Failure {
  if (cause instanceof SlipwayError) {
    return { ...where, class: cause.code, sentence: cause.message, remedy: cause.remedy };
  }
  const sentence = cause instanceof Error ? cause.message : String(cause);
  return { ...where, class: 'UNKNOWN', sentence, remedy: `Mend the cause, then "slipway resume ${release.id}".` };
}
