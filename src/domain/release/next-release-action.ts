import type { Instant } from '../../kernel/instant.ts';
import type { StepConfig } from '../config/resolved-config.ts';
import { type GateRow, gatesPassed, reviewGates } from './gate-review.ts';
import type { ReleaseState } from './release-state.ts';
import { skipOf } from './skip.ts';
import { stepsOfLine } from './steps-of-line.ts';

/** How far a verb wants to go. `end` is everything up to the next gate or the end. */
export type Goal = 'build' | 'stage' | 'verify' | 'end';

export type ReleaseAction =
  | { readonly do: 'build' }
  | { readonly do: 'stage'; readonly keepMs: number }
  | { readonly do: 'verify'; readonly step: Extract<StepConfig, { uses: 'verify' }> }
  | { readonly do: 'record-approved'; readonly gates: readonly string[] }
  | { readonly do: 'wait-for-gates'; readonly gates: readonly GateRow[] }
  | { readonly do: 'promote'; readonly step: Extract<StepConfig, { uses: 'promote' }> }
  | { readonly do: 'settle' }
  | { readonly do: 'run-step'; readonly step: Extract<StepConfig, { uses: 'run' }> }
  /** The goal is reached, or the release is over. */
  | { readonly do: 'nothing' };

export interface ReleaseQuestion {
  readonly release: ReleaseState;
  /** Every package step of the run has succeeded with the config as it is now. */
  readonly built: boolean;
  readonly goal: Goal;
  readonly now: Instant;
}

/** What clients proved counts this long (promotion 5). */
export const VERIFIED_FOR_MS = 7 * 24 * 60 * 60 * 1000;

/** The one thing to do next for a release: the first step of its line that is not done. */
export function nextReleaseAction(question: ReleaseQuestion): ReleaseAction {
  const { release, goal } = question;
  if (release.phase === 'abandoned' || release.phase === 'settled') return { do: 'nothing' };
  const isUnderWay = release.phase === 'promoting' || (release.phase === 'undone' && goal === 'end');
  if (isUnderWay) return promotionUnderWay(release);

  for (const step of stepsOf(release)) {
    const action = unlessDone(step, question);
    if (action !== undefined) return action;
    if (step.uses === goal && !(step.uses === 'verify' && step.view === 'live')) return { do: 'nothing' };
  }
  return release.phase === 'live' ? { do: 'settle' } : { do: 'nothing' };
}

const stepsOf = (release: ReleaseState): readonly StepConfig[] => stepsOfLine(release.config, release.plan.line);

/**
 * A promotion that has begun is brought to its end before anything else is asked. One that was undone begins with its
 * rebase, which makes it a candidate again: to be verified and approved.
 */
function promotionUnderWay(release: ReleaseState): ReleaseAction {
  const step = stepsOf(release).find((candidate) => candidate.uses === 'promote');
  return step === undefined ? { do: 'nothing' } : { do: 'promote', step };
}

function unlessDone(step: StepConfig, { release, built, now }: ReleaseQuestion): ReleaseAction | undefined {
  const isLive = release.phase === 'live';
  switch (step.uses) {
    case 'build':
      return built || release.candidate !== undefined ? undefined : { do: 'build' };
    case 'stage':
      return release.candidate === undefined ? { do: 'stage', keepMs: step.keepMs } : undefined;
    case 'verify':
      if (step.view === 'live') return release.provedLive === undefined ? { do: 'verify', step } : undefined;
      return isLive || isProved(release, now) ? undefined : { do: 'verify', step };
    case 'approve':
      return isLive ? undefined : approval(release, now);
    case 'promote':
      return isLive ? undefined : { do: 'promote', step };
    case 'run':
      return release.stepsDone.has(step.id) ? undefined : { do: 'run-step', step };
  }
}

/** Proved by clients, on this very generation, not too long ago. */
export function isVerified(release: ReleaseState, now: Instant): boolean {
  const { verified, candidate } = release;
  return (
    verified !== undefined &&
    candidate !== undefined &&
    verified.generation.digest === candidate.generation.digest &&
    now - verified.at < VERIFIED_FOR_MS
  );
}

/** Verified, or a person went past it, or the line does not ask for it (phase 2 of a promotion looks all the same). */
export const isProved = (release: ReleaseState, now: Instant): boolean =>
  isVerified(release, now) || skipOf(release, 'verify') !== undefined || !asksForProof(release);

/** Does the line have a step that proves the candidate before users see it? */
export const asksForProof = (release: ReleaseState): boolean =>
  stepsOf(release).some((step) => step.uses === 'verify' && step.view === 'staging');

/** What only another candidate can mend: going on with this one would fail again. */
export const needsNewCandidate = (failure: { readonly class: string }): boolean =>
  ['SLIP_CANDIDATE_EXPIRED', 'SLIP_INDEX_CHANGE', 'SLIP_GENERATION_NOT_SEALED'].includes(failure.class);

function approval(release: ReleaseState, now: Instant): ReleaseAction | undefined {
  const gates = reviewGates(release, now);
  if (!gatesPassed(gates)) return { do: 'wait-for-gates', gates };
  if (release.approvedDigest === release.digest) return undefined;
  return { do: 'record-approved', gates: gates.map((gate) => gate.name) };
}
