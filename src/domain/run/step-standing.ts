import type { Sha256, StepId } from '../../kernel/ids.ts';
import type { StepFailure } from '../failure/step-failure.ts';
import type { PlannedInputs, PlannedRun, PlannedStep } from './run-plan.ts';
import type { RunState, StepBeginning, StepState } from './run-state.ts';
import { sourceDateEpoch } from './source-date-epoch.ts';
import type { StepResult } from './step-result.ts';
import { type StepWork, stepWork, workDigest } from './step-work.ts';

/** Work that can be done now, and what it begins with. */
export interface ReadyWork {
  readonly work: StepWork;
  readonly definition: Sha256;
  readonly inputs: StepBeginning['inputs'];
  readonly sourceDateEpoch: StepBeginning['sourceDateEpoch'];
}

/** Where a step stands under the plan as it is now, which may be another than the one it was done under. */
export type Standing =
  | { readonly is: 'done'; readonly result: StepResult }
  /** It has not begun, or was done under another definition. */
  | { readonly is: 'ready'; readonly ready: ReadyWork }
  | { readonly is: 'blocked'; readonly on: readonly StepId[] }
  | { readonly is: 'unfit'; readonly ready: Omit<ReadyWork, 'work'>; readonly failure: StepFailure }
  /** `ready` is missing while inputs are being made again. */
  | { readonly is: 'attempting'; readonly ready?: ReadyWork; readonly isOutdated: boolean }
  | { readonly is: 'failed' | 'cancelled' | 'undecided' };

/** The standing of every planned step. Pure: digests in, digests out. */
export function standings(state: RunState): ReadonlyMap<StepId, Standing> {
  const found = new Map<StepId, Standing>();
  if (state.plan === undefined) return found;
  for (const planned of state.plan.steps) {
    const step = state.steps.get(planned.id);
    if (step !== undefined) found.set(planned.id, standingOf(planned, step, state.plan, found));
  }
  return found;
}

function standingOf(
  planned: PlannedStep,
  step: StepState,
  plan: PlannedRun,
  others: ReadonlyMap<StepId, Standing>,
): Standing {
  if (step.status === 'failed' || step.status === 'cancelled' || step.status === 'undecided')
    return { is: step.status };
  const on = planned.needs.filter((id) => others.get(id)?.is !== 'done');
  if (on.length > 0)
    return step.status === 'attempting' ? { is: 'attempting', isOutdated: false } : { is: 'blocked', on };

  const ready = readyWork(planned, plan, others);
  const isCurrent = (definition: Sha256 | undefined) => definition === ready.definition;
  if (step.status === 'attempting') {
    const isOutdated = !isCurrent(step.begun?.definition);
    return 'failure' in ready ? { is: 'attempting', isOutdated } : { is: 'attempting', ready, isOutdated };
  }
  if (step.result !== undefined && isCurrent(step.result.definition)) return { is: 'done', result: step.result };
  if ('failure' in ready) return { is: 'unfit', ready, failure: ready.failure };
  return { is: 'ready', ready };
}

function readyWork(
  planned: PlannedStep,
  plan: PlannedRun,
  others: ReadonlyMap<StepId, Standing>,
): ReadyWork | (Omit<ReadyWork, 'work'> & { readonly failure: StepFailure }) {
  const resultOf = (id: StepId): StepResult | undefined => {
    const other = others.get(id);
    return other?.is === 'done' ? other.result : undefined;
  };
  const inputs = inputTrees('inputs' in planned ? planned.inputs : {}, resultOf);
  const epoch = sourceDateEpoch(plan, planned.id, resultOf);
  const work = stepWork(planned, { plan, resultOf, inputs, sourceDateEpochS: epoch.seconds });
  const beginning = { inputs, sourceDateEpoch: epoch };
  if (work.kind === 'unfit') return { ...beginning, definition: workDigest(planned), failure: work.failure };
  return { ...beginning, definition: workDigest(work), work };
}

function inputTrees(
  inputs: PlannedInputs,
  resultOf: (step: StepId) => StepResult | undefined,
): Readonly<Record<string, Sha256>> {
  return Object.fromEntries(
    Object.entries(inputs).flatMap(([name, provider]) => {
      const tree = resultOf(provider)?.tree;
      return tree === undefined ? [] : [[name, tree]];
    }),
  );
}
