import { newEvent } from '../../domain/journal/event-definition.ts';
import { LINE_EVENTS } from '../../domain/release/line-events.ts';
import { WrongStateError } from '../../domain/release/release-errors.ts';
import { RELEASE_EVENTS } from '../../domain/release/release-events.ts';
import type { ReleaseState } from '../../domain/release/release-state.ts';
import { stepsOfLine } from '../../domain/release/steps-of-line.ts';
import type { RunState } from '../../domain/run/run-state.ts';
import type { ReleaseId, StepId } from '../../kernel/ids.ts';
import { type HeldLease, holdLease } from '../lease/hold-lease.ts';
import { viewChannel } from './channel-view.ts';
import { decideAgain } from './decide-again.ts';
import { loadLine, loadRelease } from './load-release.ts';
import { recordFact } from './record-release.ts';
import type { Actor, ReleaseWorld } from './release-world.ts';
import { hideCandidate } from './tidy-channel.ts';
import { undoRelease } from './undo-release.ts';
import { withRunLease } from './with-run-lease.ts';

export interface EndRequest {
  readonly release: string;
  readonly actor: Actor;
  readonly reason: string;
}

/**
 * Gives up a release that users do not see, and frees its line. The version stays spent. What still runs of it is ended
 * first. Given up already, only what a crash has left is tidied away.
 * @throws {WrongStateError} users see it, or it is being promoted.
 * @throws {HeldElsewhereError} somebody is working on it.
 */
export async function abandonRelease(
  world: ReleaseWorld,
  request: EndRequest & { readonly signal?: AbortSignal },
): Promise<ReleaseState> {
  await withRunLease(world, request.release, async () => {
    const release = await loadRelease(world.journal, request.release);
    refuseSeen(release);
    await viewChannel(world, release.config, release.plan.channel); // a foreign origin: nothing is written
  });
  await endAttempts(world, request);
  return await withRunLease(world, request.release, async (held) => {
    await decideAgain(async () => await recordAbandoned(world, request, held));
    const release = await loadRelease(world.journal, request.release);
    await hideCandidate(world, release);
    return release;
  });
}

function refuseSeen({ id, phase }: ReleaseState): void {
  if (!['promoting', 'live', 'settled'].includes(phase)) return;
  throw new WrongStateError(`${id} is ${phase}: it cannot be abandoned.`, `First "slipway undo ${id}".`);
}

/** Supervisors work on without a conductor: a release that is given up leaves none behind. */
async function endAttempts(
  world: ReleaseWorld,
  { release, actor, reason, signal = new AbortController().signal }: Parameters<typeof abandonRelease>[1],
): Promise<void> {
  const run = await world.runs.state(release as ReleaseId);
  if (![...run.steps.values()].some(({ status }) => status === 'attempting')) return;
  await world.runs.cancel(release as ReleaseId, { by: actor.login, reason: `abandoned: ${reason}` }, signal);
}

async function recordAbandoned(world: ReleaseWorld, { release: id, actor, reason }: EndRequest, held: HeldLease) {
  const release = await loadRelease(world.journal, id);
  refuseSeen(release);
  if (release.phase === 'abandoned') return;
  const line = await loadLine(world.journal, release.plan.line);
  const closed = newEvent(LINE_EVENTS, 'release.closed', { release: id, how: 'abandoned' });
  await world.journal.append({
    by: actor.login,
    at: world.clock.now(),
    leases: [held.guard],
    writes: [
      {
        stream: `release/${id}`,
        expectedSeq: release.seq,
        events: [newEvent(RELEASE_EVENTS, 'release.abandoned', { reason })],
      },
      ...(line.open === id ? [{ stream: `line/${release.plan.line}`, expectedSeq: line.seq, events: [closed] }] : []),
    ],
  });
}

/** Takes a promotion back; see {@link undoRelease}. */
export async function undo(
  world: ReleaseWorld,
  request: Omit<EndRequest, 'reason'> & { readonly reason?: string },
): Promise<ReleaseState> {
  const { actor, reason } = request;
  return await withRunLease(
    world,
    request.release,
    async (run) =>
      await decideAgain(
        async () => await undoRelease(world, await loadRelease(world.journal, request.release), { run, actor, reason }),
      ),
  );
}

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
  const held = ended.length === 0 ? undefined : await holdLease(world, `run/${id}`);
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
  const isOver = ['live', 'settled', 'abandoned'].includes(release.phase);
  const isStopped = ended.some((step) => run.steps.get(step)?.status === 'cancelled');
  if (isOver || !isStopped || release.failure !== undefined) return;
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
