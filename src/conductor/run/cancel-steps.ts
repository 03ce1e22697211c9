import { newEvent } from '../../domain/journal/event-definition.ts';
import { isUnfinished, meantByCancel } from '../../domain/run/fold-run.ts';
import { RUN_EVENTS } from '../../domain/run/run-events.ts';
import type { RunState } from '../../domain/run/run-state.ts';
import type { StepId } from '../../kernel/ids.ts';
import { toInstant } from '../../kernel/instant.ts';
import { holdLease } from '../lease/hold-lease.ts';
import type { RecordedRun } from './recorded-run.ts';
import { RunSession } from './run-session.ts';
import type { RunWorld } from './run-world.ts';

/** How often a process that does not conduct looks whether the request has been answered, or nobody is left to answer it. */
const LOOK_EVERY_MS = 100;

export interface CancelRequest {
  readonly step?: StepId;
  readonly by: string;
  readonly reason: string;
}

/** Records the request and sees it through: by whoever conducts the run, or by this process when nobody does. */
export async function cancelSteps(
  world: RunWorld,
  run: RecordedRun,
  { step, by, reason }: CancelRequest,
  signal: AbortSignal,
): Promise<readonly StepId[]> {
  const request = newEvent(RUN_EVENTS, 'cancel.requested', { step: step ?? null, reason });
  let meant: readonly StepId[] = [];
  await run.record(by, (state) => {
    meant = meantByCancel(state, step ?? null).map(({ id }) => id);
    return meant.length === 0 ? [] : [request];
  });
  while (open(run.state).length > 0 && !signal.aborted) {
    const lease = await holdLease(world, run.stream);
    if (lease === undefined) {
      await world.clock.sleepUntil(toInstant(world.clock.now() + LOOK_EVERY_MS), signal);
    } else {
      try {
        await new RunSession(world, run, lease, 'cancelled').conduct(signal);
      } finally {
        await lease.release();
      }
    }
    await run.reload();
  }
  if (open(run.state).length > 0) signal.throwIfAborted(); // the request stands; nobody may be told that nothing was running
  return meant.filter((id) => run.state.steps.get(id)?.status === 'cancelled');
}

/** Steps that somebody wants ended and that are not. */
const open = (state: RunState): readonly StepId[] =>
  [...state.steps.values()].filter((step) => step.cancel !== undefined && isUnfinished(step)).map(({ id }) => id);
