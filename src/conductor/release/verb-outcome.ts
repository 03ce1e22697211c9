import { type GateRow, openGates } from '../../domain/release/gate-review.ts';
import type { GateState } from '../../domain/release/gate-state.ts';
import type { Goal } from '../../domain/release/next-release-action.ts';
import { isSeen } from '../../domain/release/phases.ts';
import type { Failure, Phase, ReleaseState } from '../../domain/release/release-state.ts';
import { EXIT, type ExitCode } from '../../kernel/exit-code.ts';

/** How a verb ended: news for a person, fields for a program. */
export interface VerbOutcome {
  readonly exit: ExitCode;
  readonly release: string;
  readonly phase: Phase;
  /** One sentence: what is so now. */
  readonly sentence: string;
  /** What to do next, as a command where there is one. */
  readonly next?: string;
  readonly failure?: Failure;
  readonly gates?: readonly GateRow[];
}

/** One action is over: the release as it is now, or the end of the verb. */
export type Progress = { readonly release: ReleaseState; readonly built?: boolean } | { readonly over: VerbOutcome };

export function done(release: ReleaseState, sentence: string, next?: string): VerbOutcome {
  return { exit: EXIT.done, release: release.id, phase: release.phase, sentence, ...(next !== undefined && { next }) };
}

export function failed(release: ReleaseState, failure: Failure, exit: ExitCode): VerbOutcome {
  return { exit, release: release.id, phase: release.phase, sentence: failure.sentence, next: failure.remedy, failure };
}

export function waiting(release: ReleaseState, gates: readonly GateRow[]): VerbOutcome {
  const open = openGates(gates);
  const names = open.map(({ name, state }) => `${name} (${wordsOf(state)})`).join(', ');
  const refused = open.find(({ state }) => state.state === 'refused');
  return {
    exit: EXIT.waiting,
    release: release.id,
    phase: release.phase,
    sentence:
      refused?.state.state === 'refused'
        ? `${release.id} waits for ${names}. Who rejected it can withdraw that ("slipway withdraw ${release.id} --gate ${refused.name}"); a plan with other contents is asked anew.`
        : `${release.id} waits for ${names}.`,
    next:
      refused !== undefined
        ? `slipway stage ${release.id}`
        : `slipway approve ${release.id} --digest ${release.digest.slice(0, 12)}`,
    gates,
  };
}

function wordsOf(state: GateState): string {
  switch (state.state) {
    case 'passed':
      return 'passed';
    case 'waiting':
      return `${state.have.length} of ${state.need} approvals`;
    case 'refused':
      return `rejected by ${state.by}`;
    case 'lapsed':
      return `approvals of ${state.by.join(', ')} have lapsed`;
    case 'expired':
      return `approvals of ${state.by.join(', ')} have expired`;
  }
}

/** All that was asked for has been done. */
export function reached(release: ReleaseState, goal: Goal): VerbOutcome {
  const { id, phase } = release;
  if (isSeen(phase)) return done(release, `${id} is live; users see it.`);
  if (phase === 'abandoned') return done(release, `${id} is abandoned.`);
  const next = goal === 'verify' ? `slipway promote ${id}` : `slipway resume ${id}`;
  return done(release, `${id} is ${goal === 'build' ? 'built' : phase}.`, next);
}

/** Ctrl-C, where it was safe. */
export const interrupted = (release: ReleaseState): VerbOutcome => ({
  exit: EXIT.interrupted,
  release: release.id,
  phase: release.phase,
  sentence: `Interrupted; ${release.id} is ${release.phase}, and nothing is lost.`,
  next: release.phase === 'undone' ? `slipway promote ${release.id}` : `slipway resume ${release.id}`,
});
