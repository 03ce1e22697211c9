import type { StepConfig } from '../../domain/config/resolved-config.ts';
import { exitCodeOfFailures } from '../../domain/failure/failure-classes.ts';
import type { NewEvent } from '../../domain/journal/entry.ts';
import { newEvent } from '../../domain/journal/event-definition.ts';
import { RELEASE_EVENTS } from '../../domain/release/release-events.ts';
import type { Failure, ReleaseState } from '../../domain/release/release-state.ts';
import type { RunOutcome } from '../../domain/run/run-outcome.ts';
import { templateLookup } from '../../domain/run/template-lookup.ts';
import { conditionHolds } from '../../domain/template/condition-holds.ts';
import { parseCondition } from '../../domain/template/parse-condition.ts';
import { EXIT } from '../../kernel/exit-code.ts';
import type { ReleaseId, StepId } from '../../kernel/ids.ts';
import type { HeldLease } from '../lease/hold-lease.ts';
import { loadRelease } from './load-release.ts';
import { recordFact } from './record-fact.ts';
import { isRecorded } from './record-thrown.ts';
import type { Actor, ReleaseWorld } from './release-world.ts';
import { failed, interrupted, type Progress } from './verb-outcome.ts';

/** One action on a release as it stands. */
export interface Acting {
  readonly state: ReleaseState;
  readonly actor: Actor;
  /** Lease `run/<id>`. */
  readonly held: HeldLease;
  /** Ctrl-C: running steps go on without us. */
  readonly signal: AbortSignal;
}

/** Sources and packages of the line, all of them. */
export async function build(world: ReleaseWorld, acting: Acting): Promise<Progress> {
  const { state, held, signal } = acting;
  let release = state;
  if (state.phase === 'planned') {
    const progress = await record(world, acting, newEvent(RELEASE_EVENTS, 'release.building', {}));
    release = progress.release;
  }
  const outcome = await world.runs.drive(release.id as ReleaseId, 'build', { signal, lease: held });
  if (outcome.state === 'done') return { release, built: true };
  return await stopped(world, { ...acting, state: release }, outcome, { phase: 'build' });
}

/** A step of the config's own, unless its `if` says otherwise. */
export async function runStep(
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

const record = async (
  world: ReleaseWorld,
  acting: Acting,
  event: NewEvent,
): Promise<{ readonly release: ReleaseState }> => ({
  release: await recordFact(world, acting.state.id, acting, event),
});
