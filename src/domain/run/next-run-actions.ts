import type { StepId } from '../../kernel/ids.ts';
import type { Instant } from '../../kernel/instant.ts';
import type { NewEvent } from '../journal/entry.ts';
import { newEvent } from '../journal/event-definition.ts';
import { isUnfinished } from './fold-run.ts';
import { currentAttempt, nextForAttempt, requestAttempt } from './next-for-attempt.ts';
import type { RecordAction, RunAction, RunGoal, RunLimits } from './run-action.ts';
import { RUN_EVENTS } from './run-events.ts';
import type { ScriptStep } from './run-plan.ts';
import type { RunState, StepState } from './run-state.ts';
import { withWhatItNeeds } from './source-date-epoch.ts';
import { cancelledStep, failedStep, outdatedStep, succeededStep } from './step-endings.ts';
import { type Standing, standings } from './step-standing.ts';

/**
 * All that can be done for the goal now, as a function of what is recorded: no clock, no memory, no chance. What is under
 * way is named again each time (the conductor knows what it has begun); an empty list means that the goal is reached, or
 * that only a person can go on.
 */
export function nextRunActions(state: RunState, now: Instant, limits: RunLimits, goal: RunGoal): readonly RunAction[] {
  const standing = standings(state);
  const actions: RunAction[] = [];
  for (const step of state.steps.values()) {
    if (goal === 'cancelled' && step.cancel === undefined) continue;
    actions.push(...nextForStep(state, step, standing.get(step.id), now));
  }
  if (goal !== 'cancelled') actions.push(...beginnings(state, standing, limits, goal));
  return actions;
}

/** The steps that a goal asks for, each with what it needs. */
export function stepsOfGoal(state: RunState, goal: RunGoal): ReadonlySet<StepId> {
  if (state.plan === undefined || goal === 'cancelled') return new Set();
  return withWhatItNeeds(state.plan, goal === 'build' ? state.plan.packages : [goal]);
}

/** A step that is under way, or that somebody wants ended. */
function nextForStep(
  state: RunState,
  step: StepState,
  standing: Standing | undefined,
  now: Instant,
): readonly RunAction[] {
  if (step.status === 'succeeded') return cleanUps(step);
  if (!isUnfinished(step)) return [];
  if (step.status !== 'attempting') return step.cancel === undefined ? [] : [record(step, [cancelledStep(step)])];

  // A step that the plan does not have any more has no standing: what it does is wanted by nobody.
  const current = standing?.is === 'attempting' ? standing : undefined;
  const isWanted = current !== undefined && !current.isOutdated;
  const attempt = currentAttempt(step);
  if (attempt !== undefined) {
    return nextForAttempt(state.id, step, { attempt, isWanted, makes: makesOf(state, step), now });
  }
  if (step.cancel !== undefined) return [record(step, [cancelledStep(step)])];
  const work = isWanted ? current.ready?.work : undefined;
  if (work === undefined || work.kind === 'script') return [record(step, [outdatedStep(step)])];
  return [{ do: 'make', step: step.id, work }];
}

function makesOf({ plan }: RunState, { id }: StepState): ScriptStep['makes'] {
  const planned = plan?.steps.find((step) => step.id === id);
  return planned?.kind === 'script' ? planned.makes : 'files';
}

const cleanUps = (step: StepState): readonly RunAction[] =>
  step.attempts
    .filter((attempt) => !attempt.isCleaned)
    .map((attempt) => ({ do: 'clean-up', step: step.id, attempt: attempt.name }));

/** A step that a person declared done has only its outputs to be collected: that waits for nobody. */
const takesCore = ({ status, isDeclaredDone }: StepState): boolean => status === 'attempting' && !isDeclaredDone;

/** Steps that may begin: inputs are there, a core is free, nobody wants them ended. */
function beginnings(
  state: RunState,
  standing: ReadonlyMap<StepId, Standing>,
  limits: RunLimits,
  goal: RunGoal,
): readonly RunAction[] {
  const actions: RunAction[] = [];
  let free = limits.parallelSteps - [...state.steps.values()].filter(takesCore).length;
  const wanted = stepsOfGoal(state, goal);
  for (const planned of state.plan?.steps ?? []) {
    const step = state.steps.get(planned.id);
    const stands = standing.get(planned.id);
    if (!wanted.has(planned.id) || step === undefined || step.cancel !== undefined) continue;
    if (stands?.is === 'unfit')
      actions.push(record(step, [started(step, stands.ready), failedStep(step, stands.failure)]));
    if (stands?.is !== 'ready') continue;
    const events = keepRecorded(step, stands) ?? (free > 0 ? begin(state, step, stands) : undefined);
    if (events === undefined) continue;
    if (events.at(-1)?.type !== 'step.succeeded') free -= 1;
    actions.push(record(step, events));
  }
  return actions;
}

const record = ({ id }: StepState, events: readonly NewEvent[]): RecordAction => ({ do: 'record', step: id, events });

type Ready = Extract<Standing, { is: 'ready' }>;

function started(step: StepState, { definition, inputs, sourceDateEpoch }: Omit<Ready['ready'], 'work'>): NewEvent {
  return newEvent(RUN_EVENTS, 'step.started', { step: step.id, definition, inputs: { ...inputs }, sourceDateEpoch });
}

/** The intent of a step, and that of its first attempt with it: no conductor ever sees one without the other. */
function begin(state: RunState, step: StepState, { ready }: Ready): readonly NewEvent[] {
  const { work } = ready;
  const attempt = work.kind === 'script' ? [requestAttempt(state.id, step, work.spec)] : [];
  return [started(step, ready), ...attempt];
}

/** The config was changed and changed back: what was recorded for this very definition is what it makes. */
function keepRecorded(step: StepState, { ready }: Ready): readonly NewEvent[] | undefined {
  const result = step.recorded.get(ready.definition);
  return result === undefined || step.isMissingBytes ? undefined : [started(step, ready), succeededStep(step, result)];
}
