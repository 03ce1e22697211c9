import type { StepConfig } from '../../domain/config/resolved-config.ts';
import type { NewEvent } from '../../domain/journal/entry.ts';
import { newEvent } from '../../domain/journal/event-definition.ts';
import { type Goal, nextReleaseAction, type ReleaseAction } from '../../domain/release/next-release-action.ts';
import { RELEASE_EVENTS } from '../../domain/release/release-events.ts';
import { EXIT } from '../../kernel/exit-code.ts';
import { JournalConflictError } from '../../ports/journal.ts';
import { hideCandidate, sweepAfterPromotion } from '../pointer/tidy-channel.ts';
import { type Acting, build, runStep } from './drive-run.ts';
import { loadRelease } from './load-release.ts';
import { promoteRelease } from './promote-release.ts';
import { recordDecided, recordFact } from './record-fact.ts';
import { recordThrown } from './record-thrown.ts';
import type { ReleaseWorld } from './release-world.ts';
import { stageRelease } from './stage-release.ts';
import { failed, interrupted, type Progress, reached, type VerbOutcome, waiting } from './verb-outcome.ts';
import { verifyRelease } from './verify-release.ts';

export interface AdvanceRequest extends Omit<Acting, 'state'> {
  readonly release: string;
  readonly goal: Goal;
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

async function act(world: ReleaseWorld, acting: Acting & AdvanceRequest, action: ReleaseAction): Promise<Progress> {
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

async function verify(
  world: ReleaseWorld,
  acting: Acting,
  step: Extract<StepConfig, { uses: 'verify' }>,
): Promise<Progress> {
  const { state, held, actor, signal } = acting;
  const { release, failure } = await verifyRelease(world, state, held, actor, step, signal);
  return failure === undefined ? { release } : { over: failed(release, failure, EXIT.verification) };
}
