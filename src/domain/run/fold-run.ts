import type { ReleaseId, StepId } from '../../kernel/ids.ts';
import { type Instant, toInstant } from '../../kernel/instant.ts';
import type { Entry } from '../journal/entry.ts';
import type { EventOf } from '../journal/event-definition.ts';
import type { RUN_EVENTS } from './run-events.ts';
import type { PlannedRun } from './run-plan.ts';
import type { AttemptState, RunState, StepState } from './run-state.ts';
import { withWhatItNeeds } from './source-date-epoch.ts';
import type { StepResult } from './step-result.ts';

export type RunEvent = EventOf<typeof RUN_EVENTS>;
type DataOf<Type extends RunEvent['type']> = Extract<RunEvent, { type: Type }>['data'];
type Told = Pick<Entry, 'at' | 'by'>;

export const emptyRun = (id: ReleaseId): RunState => ({ id, seq: 0, plan: undefined, steps: new Map() });

/** The state of a run, from its stream's entries in order; entries already folded in are passed over. */
export function foldRun(state: RunState, entries: readonly Entry[]): RunState {
  let folded = state;
  for (const entry of entries) {
    if (entry.seq <= folded.seq) continue;
    folded = { ...apply(folded, entry as unknown as RunEvent, entry), seq: entry.seq };
  }
  return folded;
}

function apply(state: RunState, event: RunEvent, told: Told): RunState {
  if (event.type === 'run.planned') return planned(state, event.data.run, told.at);
  if (event.type === 'cancel.requested') return cancelRequested(state, event.data, told);
  const step = state.steps.get(event.data.step);
  if (step === undefined) return state;
  return withStep(state, applyToStep(step, event, told));
}

const withStep = (state: RunState, step: StepState): RunState => ({
  ...state,
  steps: new Map(state.steps).set(step.id, step),
});

/** A step that a new plan leaves out keeps its history: its attempts have to be ended, and it may come back. */
function planned(state: RunState, plan: PlannedRun, at: Instant): RunState {
  const steps = new Map(state.steps);
  for (const { id } of plan.steps) if (!steps.has(id)) steps.set(id, newStep(id, at));
  return { ...state, plan, steps };
}

const newStep = (id: StepId, at: Instant): StepState => ({
  id,
  status: 'waiting',
  since: at,
  attempts: [],
  grantedAfter: 0,
  recorded: new Map(),
  isMissingBytes: false,
  isDeclaredDone: false,
});

function cancelRequested(state: RunState, data: DataOf<'cancel.requested'>, { at, by }: Told): RunState {
  const cancel = { by, reason: data.reason, at };
  const steps = new Map(state.steps);
  for (const step of meantByCancel(state, data.step)) steps.set(step.id, { ...step, cancel });
  return { ...state, steps };
}

/**
 * What a request to cancel one step, or the whole run (null), would end: what is under way, and what the packages still
 * need. Steps of the config's own that nobody has asked for yet are not begun by a run, so there is nothing to end.
 */
export function meantByCancel(state: RunState, meant: StepId | null): readonly StepState[] {
  const building = state.plan === undefined ? new Set() : withWhatItNeeds(state.plan, state.plan.packages);
  return [...state.steps.values()].filter((step) => {
    const isMeant = meant === null ? step.status !== 'waiting' || building.has(step.id) : meant === step.id;
    return isMeant && isUnfinished(step);
  });
}

/** There is something to end. */
export const isUnfinished = (step: StepState): boolean =>
  step.status === 'waiting' || step.status === 'attempting' || step.status === 'undecided';

type StepEvent = Exclude<RunEvent, { type: 'run.planned' | 'cancel.requested' }>;

function applyToStep(step: StepState, event: StepEvent, { at }: Told): StepState {
  switch (event.type) {
    case 'step.started':
      return started(step, event.data, at);
    case 'attempt.requested':
      return { ...step, attempts: [...step.attempts, requestedAttempt(event.data, at)] };
    case 'attempt.accepted':
      return withAttempt(step, event.data.attempt, { status: 'accepted' });
    case 'attempt.exited':
      return withAttempt(step, event.data.attempt, exited(event.data));
    case 'attempt.lost': {
      const { attempt, retryAt } = event.data;
      return withAttempt(step, attempt, {
        status: 'lost',
        endedAt: at,
        ...(retryAt === null ? {} : { retryAt: toInstant(retryAt) }),
      });
    }
    case 'attempt.cleaned':
      return withAttempt(step, event.data.attempt, { isCleaned: true });
    case 'step.succeeded':
      return succeeded(step, event.data, at);
    case 'step.failed':
      return { ...settled(step, 'failed', at), failure: failureOf(event.data) };
    case 'step.undecided':
      return {
        ...step,
        status: 'undecided',
        since: at,
        undecided: { sentence: event.data.sentence, remedy: event.data.remedy },
      };
    case 'step.decided':
      return event.data.decision === 'again'
        ? again(step, at)
        : { ...settled(step, 'attempting', at), isDeclaredDone: true };
    case 'step.cancelled':
      return { ...settled(step, 'cancelled', at), cancelled: { by: event.data.by, reason: event.data.reason } };
    case 'step.resumed':
      return again(step, at);
    case 'step.outdated':
      return settled(step, 'waiting', at);
    case 'step.bytes-missing':
      // Making them again is work of its own: what was spent on making them does not count.
      return { ...settled(step, 'waiting', at), isMissingBytes: true, grantedAfter: step.attempts.at(-1)?.number ?? 0 };
  }
}

function started(step: StepState, data: DataOf<'step.started'>, at: Instant): StepState {
  const { definition, inputs, sourceDateEpoch } = data;
  return {
    ...settled(step, 'attempting', at),
    begun: { definition, inputs, sourceDateEpoch, at, afterAttempt: step.attempts.at(-1)?.number ?? 0 },
  };
}

const requestedAttempt = (data: DataOf<'attempt.requested'>, at: Instant): AttemptState => ({
  name: data.attempt,
  number: data.number,
  spec: data.spec,
  status: 'requested',
  requestedAt: at,
  isCleaned: false,
});

const exited = ({ exit, startedAt, endedAt }: DataOf<'attempt.exited'>): Partial<AttemptState> => ({
  status: 'exited',
  exit,
  startedAt: toInstant(startedAt),
  endedAt: toInstant(endedAt),
});

const withAttempt = (step: StepState, name: string, change: Partial<AttemptState>): StepState => ({
  ...step,
  attempts: step.attempts.map((attempt) => (attempt.name === name ? { ...attempt, ...change } : attempt)),
});

function succeeded(step: StepState, data: DataOf<'step.succeeded'>, at: Instant): StepState {
  const definition = step.begun?.definition;
  if (definition === undefined) return step; // no step succeeds that never began
  const { files, tree, values, source } = data;
  const result: StepResult = { files, tree, values, ...(source === undefined ? {} : { source: sourceOf(source) }) };
  return {
    ...settled(step, 'succeeded', at),
    result: { ...result, definition },
    recorded: new Map(step.recorded).set(definition, result),
    isMissingBytes: false,
  };
}

const sourceOf = ({ origin, proof, commitEpochS, warnings }: NonNullable<DataOf<'step.succeeded'>['source']>) => ({
  origin,
  proof,
  warnings,
  ...(commitEpochS === undefined ? {} : { commitEpochS }),
});

function failureOf(data: DataOf<'step.failed'>): NonNullable<StepState['failure']> {
  const { attempt, isRefused, exitCode, lastLines } = data;
  return {
    class: data.class,
    sentence: data.sentence,
    remedy: data.remedy,
    ...(attempt === undefined ? {} : { attempt }),
    ...(isRefused === undefined ? {} : { isRefused }),
    ...(exitCode === undefined ? {} : { exitCode }),
    ...(lastLines === undefined ? {} : { lastLines }),
  };
}

/** The step with a new status and nothing left over from the last one; a request to cancel it has been answered. */
function settled(step: StepState, status: StepState['status'], at: Instant): StepState {
  const { id, begun, attempts, grantedAfter, recorded, isMissingBytes } = step;
  const kept = begun === undefined ? {} : { begun };
  return { id, status, since: at, ...kept, attempts, grantedAfter, recorded, isMissingBytes, isDeclaredDone: false };
}

/** It may begin once more; what was spent so far was granted. */
const again = (step: StepState, at: Instant): StepState => ({
  ...settled(step, 'waiting', at),
  grantedAfter: step.attempts.at(-1)?.number ?? 0,
});
