import type { StepId } from '../../kernel/ids.ts';
import type { PlannedRun } from './run-plan.ts';
import type { StepBeginning } from './run-state.ts';
import type { StepResult } from './step-result.ts';

/**
 * SOURCE_DATE_EPOCH of one step, never "now" (packaging 2): the environment's, else the latest commit time among the
 * sources that reach the step, else that of the config's repository, else the time of the plan. All four are recorded,
 * so a step that is done again on another day gets the same.
 */
export function sourceDateEpoch(
  plan: PlannedRun,
  step: StepId,
  resultOf: (step: StepId) => StepResult | undefined,
): StepBeginning['sourceDateEpoch'] {
  const { environmentS, configCommitS } = plan.epoch;
  if (environmentS !== undefined) return { seconds: environmentS, from: 'environment' };
  const commits = [...withWhatItNeeds(plan, [step])].flatMap((id) => resultOf(id)?.source?.commitEpochS ?? []);
  if (commits.length > 0) return { seconds: Math.max(...commits), from: 'source' };
  if (configCommitS !== undefined) return { seconds: configCommitS, from: 'config' };
  return { seconds: Math.floor(plan.plannedAt / 1000), from: 'planned' };
}

/** The steps and all that they need, directly or not. */
export function withWhatItNeeds(plan: PlannedRun, steps: Iterable<StepId>): ReadonlySet<StepId> {
  const needed = new Set(steps);
  // Steps lie after what they need: one pass from the end finds everything.
  for (const step of plan.steps.toReversed()) if (needed.has(step.id)) for (const id of step.needs) needed.add(id);
  return needed;
}
