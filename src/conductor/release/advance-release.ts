import type { StepConfig } from '../../domain/config/resolved-config.ts';
import { exitCodeOfFailures } from '../../domain/failure/failure-classes.ts';
import type { NewEvent } from '../../domain/journal/entry.ts';
import { newEvent } from '../../domain/journal/event-definition.ts';
import { type Goal, nextReleaseAction, type ReleaseAction } from '../../domain/release/next-release-action.ts';
import { isSeen } from '../../domain/release/phases.ts';
import { RELEASE_EVENTS } from '../../domain/release/release-events.ts';
import type { Failure, ReleaseState } from '../../domain/release/release-state.ts';
import type { RunOutcome } from '../../domain/run/run-outcome.ts';
import { templateLookup } from '../../domain/run/template-lookup.ts';
import { conditionHolds } from '../../domain/template/condition-holds.ts';
import { parseCondition } from '../../domain/template/parse-condition.ts';
import { EXIT } from '../../kernel/exit-code.ts';
import type { ReleaseId, StepId } from '../../kernel/ids.ts';
import { JournalConflictError } from '../../ports/journal.ts';
import type { HeldLease } from '../lease/hold-lease.ts';
import { hideCandidate, sweepAfterPromotion } from '../pointer/tidy-channel.ts';
import { loadRelease } from './load-release.ts';
import { promoteRelease } from './promote-release.ts';
import { recordDecided, recordFact } from './record-fact.ts';
import { isRecorded, recordThrown } from './record-thrown.ts';
import type { Actor, ReleaseWorld } from './release-world.ts';
import { stageRelease } from './stage-release.ts';
import { done, failed, type Progress, type VerbOutcome, waiting } from './verb-outcome.ts';
import { verifyRelease } from './verify-release.ts';

export interface AdvanceRequest {
  readonly release: string;
  readonly goal: Goal;
  readonly actor: Actor;
  /** Lease `run/<id>`. */
  readonly held: HeldLease;
  /** Ctrl-C: running steps go on without us. */
  readonly signal: AbortSignal;
}

/** How often somebody may add a fact between a decision and its record; more means that something appends in a loop. */
const CONFLICTS = 20;

/**
 * Decide, act, record, until the goal is reached, a gate has to be waited for, or something failed.
 * @throws what an action throws, after it was recorded as news of the release.
 */
export async function advanceRelease(world: ReleaseWorld, request: AdvanceRequest): Promise<VerbOutcome> {
  let release = await loadRelease(world.journal, request.release);
  let built = false;
  let conflicts = 0;
  for (;;) {
    request.held.lost.throwIfAborted();
    const action = nextReleaseAction({ release, built, goal: request.goal, now: world.clock.now() });
    if (action.do === 'nothing') return reached(release, request.goal);
    if (request.signal.aborted) return interrupted(release);
    try {
      const progress = await act(world, { ...request, state: release }, action);
      if ('over' in progress) return progress.over;
      release = progress.release;
      built = progress.built ?? built;
    } catch (cause) {
      request.held.lost.throwIfAborted();
      if (cause instanceof JournalConflictError && ++conflicts < CONFLICTS) {
        release = await loadRelease(world.journal, request.release);
        continue;
      }
      if (isAbort(cause, request.signal)) {
        return interrupted(await loadRelease(world.journal, request.release));
      }
      const partial = await recordThrown(world, request, action, cause);
      if (partial === undefined) throw cause;
      return failed(await loadRelease(world.journal, request.release), partial, EXIT.partial);
    }
  }
}

/** Whether that is how the caller's signal ended the work, and not something that went wrong by itself at the same time. */
const isAbort = (cause: unknown, signal: AbortSignal): boolean =>
  signal.aborted && (cause === signal.reason || (cause instanceof Error && cause.name === 'AbortError'));

type Acting = AdvanceRequest & { readonly state: ReleaseState };

async function act(world: ReleaseWorld, acting: Acting, action: ReleaseAction): Promise<Progress> {
  const { state, held, actor } = acting;
  switch (action.do) {
    case 'build':
      return await build(world, acting);
    case 'stage':
      return { release: await stageRelease(world, state, held, actor, action.keepMs) };
    case 'verify':
      return await verify(world, acting, action.step);
    case 'wait-for-gates':
      return { over: waiting(state, action.gates) };
    case 'record-approved':
      return {
        release: await recordDecided(
          world,
          state,
          acting,
          newEvent(RELEASE_EVENTS, 'release.approved', { digest: state.digest, gates: [...action.gates] }),
        ),
      };
    case 'promote':
      return await promoteRelease(world, { ...acting, release: state, run: held, step: action.step });
    case 'run-step':
      return await runStep(world, acting, action.step);
    case 'settle':
      return await settle(world, acting);
    case 'nothing':
      return { over: reached(state, acting.goal) };
  }
}

async function record(world: ReleaseWorld, acting: Acting, event: NewEvent): Promise<Progress> {
  return { release: await recordFact(world, acting.state.id, acting, event) };
}

/** Everything after the promotion is done: what it leaves lying about goes, then the release is over. */
async function settle(world: ReleaseWorld, acting: Acting): Promise<Progress> {
  await hideCandidate(world, acting.state);
  await sweepAfterPromotion(world, acting.state);
  return await record(world, acting, newEvent(RELEASE_EVENTS, 'release.settled', {}));
}

async function build(world: ReleaseWorld, acting: Acting): Promise<Progress> {
  const { state, held, signal } = acting;
  let release = state;
  if (state.phase === 'planned') {
    const progress = await record(world, acting, newEvent(RELEASE_EVENTS, 'release.building', {}));
    if ('release' in progress) release = progress.release;
  }
  const outcome = await world.runs.drive(release.id as ReleaseId, 'build', { signal, lease: held });
  if (outcome.state === 'done') return { release, built: true };
  return await stopped(world, { ...acting, state: release }, outcome, { phase: 'build' });
}

async function runStep(
  world: ReleaseWorld,
  acting: Acting,
  step: Extract<StepConfig, { uses: 'run' }>,
): Promise<Progress> {
  const { state, held, signal } = acting;
  if (step.if !== undefined && !(await isWanted(world, state, step.if))) {
    return await record(world, acting, newEvent(RELEASE_EVENTS, 'step.done', { step: step.id, skipped: true }));
  }
  const outcome = await world.runs.drive(state.id as ReleaseId, step.id as StepId, { signal, lease: held });
  const isOver = outcome.state === 'done' || (outcome.state === 'failed' && step.continueOnError);
  if (!isOver) return await stopped(world, acting, outcome, { phase: 'step', step: step.id });
  return await record(world, acting, newEvent(RELEASE_EVENTS, 'step.done', { step: step.id, skipped: false }));
}

/** A step's `if`, with what the steps before it have left. A path without a value is empty. */
async function isWanted(world: ReleaseWorld, state: ReleaseState, text: string): Promise<boolean> {
  const run = await world.runs.state(state.id as ReleaseId);
  const read = parseCondition(text);
  if (run.plan === undefined || 'problem' in read) return true; // check has refused what cannot be read
  const lookup = templateLookup(run.plan, (step) => run.steps.get(step)?.result);
  return conditionHolds(read, (path) => {
    const found = lookup(path);
    return 'value' in found ? found.value : undefined;
  });
}

/** The run cannot go on by itself: the reason becomes the release's, in one sentence. */
async function stopped(
  world: ReleaseWorld,
  acting: Acting,
  outcome: RunOutcome,
  where: { readonly phase: 'build' | 'step'; readonly step?: string },
): Promise<Progress> {
  const { state } = acting;
  if (outcome.state === 'interrupted') return { over: interrupted(state) };
  if (outcome.state === 'waiting') {
    const [first] = outcome.waiting;
    return {
      over: {
        exit: EXIT.waiting,
        release: state.id,
        phase: state.phase,
        sentence: first?.sentence ?? `${state.id} waits for a decision.`,
        ...(first !== undefined && { next: first.remedy }),
      },
    };
  }
  const failure = failureOf(state, outcome, where);
  if (!isRecorded(state, failure)) await record(world, acting, newEvent(RELEASE_EVENTS, 'release.failed', failure));
  const exit = outcome.failures.length === 0 ? EXIT.failed : exitCodeOfFailures(outcome.failures);
  return { over: failed(await loadRelease(world.journal, state.id), failure, exit) };
}

function failureOf(
  state: ReleaseState,
  outcome: RunOutcome,
  where: { phase: 'build' | 'step'; step?: string },
): Failure {
  const [first] = outcome.failures;
  if (first === undefined) {
    const [cancelled] = outcome.cancelled;
    return {
      ...where,
      ...(cancelled !== undefined && { step: cancelled.step }),
      class: 'CANCELLED',
      sentence: `${cancelled?.step ?? state.id} was cancelled by ${cancelled?.by ?? 'somebody'}: ${cancelled?.reason ?? ''}`,
      remedy: `Go on with "slipway resume ${state.id}".`,
    };
  }
  const others = outcome.failures.length - 1;
  const more = others === 0 ? '' : ` (${others} more ${others === 1 ? 'step' : 'steps'} failed)`;
  return { ...where, step: first.step, class: first.class, sentence: `${first.sentence}${more}`, remedy: first.remedy };
}

async function verify(
  world: ReleaseWorld,
  acting: Acting,
  step: Extract<StepConfig, { uses: 'verify' }>,
): Promise<Progress> {
  const { state, held, actor, signal } = acting;
  const { release, failure } = await verifyRelease(world, state, held, actor, step, signal);
  return failure === undefined ? { release } : { over: failed(release, failure, EXIT.verification) };
}

function reached(release: ReleaseState, goal: Goal): VerbOutcome {
  const { id, phase } = release;
  if (isSeen(phase)) return done(release, `${id} is live; users see it.`);
  if (phase === 'abandoned') return done(release, `${id} is abandoned.`);
  const next = goal === 'verify' ? `slipway promote ${id}` : `slipway resume ${id}`;
  return done(release, `${id} is ${goal === 'build' ? 'built' : phase}.`, next);
}

const interrupted = (release: ReleaseState): VerbOutcome => ({
  exit: EXIT.interrupted,
  release: release.id,
  phase: release.phase,
  sentence: `Interrupted; ${release.id} is ${release.phase}, and nothing is lost.`,
  next: release.phase === 'undone' ? `slipway promote ${release.id}` : `slipway resume ${release.id}`,
});
