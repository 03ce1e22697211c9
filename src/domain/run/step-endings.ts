import type { AttemptName } from '../../kernel/ids.ts';
import type { StepFailure } from '../failure/step-failure.ts';
import type { NewEvent } from '../journal/entry.ts';
import { newEvent } from '../journal/event-definition.ts';
import { RUN_EVENTS } from './run-events.ts';
import type { StepState } from './run-state.ts';
import type { StepResult } from './step-result.ts';

export function failedStep({ id }: StepState, failure: StepFailure, attempt?: AttemptName): NewEvent {
  const { lastLines, ...rest } = failure;
  return newEvent(RUN_EVENTS, 'step.failed', {
    step: id,
    ...(attempt === undefined ? {} : { attempt }),
    ...rest,
    ...(lastLines === undefined ? {} : { lastLines: [...lastLines] }),
  });
}

export function succeededStep({ id }: StepState, result: StepResult, attempt?: AttemptName): NewEvent {
  const { files, tree, values, source } = result;
  return newEvent(RUN_EVENTS, 'step.succeeded', {
    step: id,
    ...(attempt === undefined ? {} : { attempt }),
    files: [...files],
    tree,
    values: { ...values },
    ...(source === undefined ? {} : { source: { ...source, warnings: [...source.warnings] } }),
  });
}

/** The answer to a request to cancel. */
export function cancelledStep({ id, cancel }: StepState, attempt?: AttemptName): NewEvent {
  return newEvent(RUN_EVENTS, 'step.cancelled', {
    step: id,
    ...(attempt === undefined ? {} : { attempt }),
    by: cancel?.by ?? '',
    reason: cancel?.reason ?? '',
  });
}

export const outdatedStep = ({ id }: StepState): NewEvent => newEvent(RUN_EVENTS, 'step.outdated', { step: id });
