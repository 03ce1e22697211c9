import { newEvent } from '../../domain/journal/event-definition.ts';
import { runStream } from '../../domain/journal/streams.ts';
import { isOver } from '../../domain/release/phases.ts';
import { RELEASE_EVENTS } from '../../domain/release/release-events.ts';
import { stepsOfLine } from '../../domain/release/steps-of-line.ts';
import type { RunState } from '../../domain/run/run-state.ts';
import type { ReleaseId, StepId } from '../../kernel/ids.ts';
import { type HeldLease, holdLease } from '../lease/hold-lease.ts';
import type { EndRequest } from './abandon-release.ts';
import { loadRelease } from './load-release.ts';
import { recordFact } from './record-fact.ts';
import type { ReleaseWorld } from './release-world.ts';

/**
 * Ends the running attempts of a release, or of one step. Whoever conducts it stops them and records the failure; when
 * nobody does, this process does both.
 * @returns the steps that were cancelled.
 */
export async function cancelRelease(
  world: ReleaseWorld,
  request: EndRequest & { readonly step?: string; readonly signal: AbortSignal },
): Promise<readonly StepId[]> {
  const release = await loadRelease(world.journal, request.release);
  const { actor, reason, step } = request;
  const id = release.id as ReleaseId;
  if ((await world.runs.state(id)).plan === undefined) return []; // planned, and not yet begun
  const ended = await world.runs.cancel(
    id,
    { by: actor.login, reason, ...(step !== undefined && { step: step as StepId }) },
    request.signal,
  );
  const held = ended.length === 0 ? undefined : await holdLease(world, runStream(id));
  if (held === undefined) return ended; // nothing was ended, or its conductor records what became of it
  try {
    await recordCancelled(world, request, held, await world.runs.state(id), ended);
  } finally {
    await held.release();
  }
  return ended;
}

async function recordCancelled(
  world: ReleaseWorld,
  { release: id, actor, reason }: EndRequest,
  held: HeldLease,
  run: RunState,
  ended: readonly StepId[],
): Promise<void> {
  const release = await loadRelease(world.journal, id);
  const isStopped = ended.some((step) => run.steps.get(step)?.status === 'cancelled');
  if (isOver(release.phase) || !isStopped || release.failure !== undefined) return;
  const [step] = ended;
  const event = newEvent(RELEASE_EVENTS, 'release.failed', {
    phase: stepsOfLine(release.config, release.plan.line).some((own) => own.uses === 'run' && own.id === step)
      ? 'step'
      : 'build',
    ...(step !== undefined && { step }),
    class: 'CANCELLED',
    sentence: `${ended.join(', ')} cancelled by ${actor.login}: ${reason}`,
    remedy: `Go on with "slipway resume ${id}".`,
  });
  await recordFact(world, id, { held, actor }, event);
}
