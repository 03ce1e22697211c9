import type { StepConfig } from '../../domain/config/resolved-config.ts';
import { newEvent } from '../../domain/journal/event-definition.ts';
import { releaseStream } from '../../domain/journal/streams.ts';
import { CandidateExpiredError, PointerNotOursError } from '../../domain/release/release-errors.ts';
import { RELEASE_EVENTS } from '../../domain/release/release-events.ts';
import type { Candidate, Promotion, ReleaseState } from '../../domain/release/release-state.ts';
import { generationRef } from '../../domain/release/release-state.ts';
import { whyNotFlip } from '../../domain/release/why-not-flip.ts';
import { EXIT } from '../../kernel/exit-code.ts';
import { formatDuration } from '../../kernel/format-duration.ts';
import { formatInstant, type Instant, toInstant } from '../../kernel/instant.ts';
import type { SealedGeneration } from '../../ports/origin.ts';
import type { HeldLease } from '../lease/hold-lease.ts';
import { flipMove } from '../pointer/flip-move.ts';
import { movePointer, recordedMove } from '../pointer/move-pointer.ts';
import { type ChannelView, viewChannel } from '../pointer/view-channel.ts';
import { withTarget } from '../pointer/with-target.ts';
import { loadRelease } from './load-release.ts';
import { makeGeneration } from './make-generation.ts';
import { proveAgain } from './prove-again.ts';
import { rebaseRelease } from './rebase-release.ts';
import { refuseKeysEndingSoon } from './refuse-keys-ending-soon.ts';
import { refuseUnsoundCandidate } from './refuse-unsound-candidate.ts';
import type { Actor, ReleaseWorld } from './release-world.ts';
import type { Progress } from './verb-outcome.ts';

export interface PromotionRequest {
  readonly release: ReleaseState;
  readonly run: HeldLease;
  readonly actor: Actor;
  readonly step: Extract<StepConfig, { uses: 'promote' }>;
  readonly signal: AbortSignal;
}

/**
 * The saga for one origin on disk, where every repository of the channel moves with one flip (promotion 6): prove the bytes,
 * prepare the undo, intent, flip, receipt. Nothing is recorded of the release before the intent, so a crash before it is as
 * if nobody had asked.
 * @returns the release as it is now: live; or staged anew when somebody else had promoted meanwhile (then verify again); or as
 * it was, when its gates or its proof no longer hold.
 */
export async function promoteRelease(world: ReleaseWorld, request: PromotionRequest): Promise<Progress> {
  const { channel } = request.release.plan;
  const deadlineAt = toInstant(world.clock.now() + request.step.deadlineMs);
  return await withTarget(
    world,
    channel,
    request.release.id,
    async (target) => await promoteUnder(world, request, target, deadlineAt),
  );
}

async function promoteUnder(
  world: ReleaseWorld,
  request: PromotionRequest,
  target: HeldLease,
  deadlineAt: Instant,
): Promise<Progress> {
  const { release, run, actor } = request;
  const { candidate, promotion } = release;
  if (candidate === undefined) throw new Error(`${release.id} has no candidate`);
  const view = await viewChannel(world, release.config, release.plan.channel);
  const moving = { by: actor.login, run, target };

  // A move that was begun is brought to its end, whatever has become of gates and deadlines since.
  if (promotion !== undefined && (await isBegun(world, release, promotion))) {
    await movePointer(world, view.origin, flipMove(world, release, promotion, moving));
    return { release: await loadRelease(world.journal, release.id) };
  }
  const isThere = view.current?.digest === candidate.generation.digest;
  if (isThere && release.phase === 'undone') throw movedBack(release, candidate);
  if (!isThere) {
    if (view.current?.digest !== candidate.parent?.digest)
      return { release: await rebaseRelease(world, request, view) };
    if (candidate.keepUntil < world.clock.now()) throw expired(release, candidate);
    await refuseUnsoundCandidate(release, view);
    await refuseKeysEndingSoon(world, release.config, release.plan.line);
    const over = await proveAgain(world, request);
    if (over !== undefined) return { over };
  }
  const next: Promotion = {
    number: release.promotions + 1,
    after: candidate.generation,
    undo: generationRef(await makeUndo(world, request, view, candidate)),
    startedAt: world.clock.now(),
    deadlineAt,
  };
  // Last, with the sequence that the intent is recorded after: a word that is spoken now is a conflict, and asked about again.
  const blocked = whyNotFlip(release, deadlineAt, world.clock.now());
  if (blocked === 'deadline') return { over: tooLate(request) };
  if (blocked === 'candidate-expired') throw expired(release, candidate);
  if (blocked !== undefined) return { release };
  const promoting = newEvent(RELEASE_EVENTS, 'release.promoting', {
    promotion: next.number,
    undo: next.undo,
    after: next.after,
    deadlineAt,
  });
  await movePointer(world, view.origin, {
    ...flipMove(world, release, next, moving),
    withIntent: { writes: [{ stream: releaseStream(release.id), expectedSeq: release.seq, events: [promoting] }] },
  });
  return { release: await loadRelease(world.journal, release.id) };
}

async function isBegun(world: ReleaseWorld, release: ReleaseState, promotion: Promotion): Promise<boolean> {
  const move = { kind: 'flip', channel: release.plan.channel, release: release.id } as const;
  const recorded = await recordedMove(world, { ...move, promotion: promotion.number, after: promotion.after });
  return recorded !== undefined;
}

/** Phase 1: the undo generation lies there, sealed and signed, before anything can be seen to move. */
async function makeUndo(
  world: ReleaseWorld,
  { release, run, actor }: PromotionRequest,
  { origin }: ChannelView,
  candidate: Candidate,
): Promise<SealedGeneration> {
  const { channel } = release.plan;
  const ours = await origin.generation(channel, candidate.generation.number);
  const parent = candidate.parent === null ? undefined : await origin.generation(channel, candidate.parent.number);
  return await makeGeneration(world, origin, await world.publishing(release.config), {
    channel,
    purpose: 'undo',
    release: release.id,
    for: release.promotions + 1,
    parent: ours,
    packages: candidate.packages,
    contents: contentBefore(ours, parent),
    lease: run.guard,
    by: actor.login,
  });
}

/** What users saw before; empty repositories, without `latest`, before the first promotion. */
function contentBefore(ours: SealedGeneration, parent: SealedGeneration | undefined): SealedGeneration['repositories'] {
  const names = Object.keys(ours.repositories);
  return Object.fromEntries(names.map((name) => [name, parent?.repositories[name] ?? { packages: [] }]));
}

function movedBack({ id, plan }: ReleaseState, { generation }: Candidate): PointerNotOursError {
  return new PointerNotOursError(
    `${id} was undone, but channel ${plan.channel} shows its generation ${generation.number} again: somebody moved the pointer back by hand.`,
    'Find out who, and put the pointer back where the journal left it ("slipway journal show").',
  );
}

function expired(release: ReleaseState, candidate: Candidate): CandidateExpiredError {
  return new CandidateExpiredError(
    `The candidate of ${release.id} was kept until ${formatInstant(candidate.keepUntil)}.`,
    `Stage it again: "slipway stage ${release.id}". Approvals lapse.`,
  );
}

const tooLate = ({ release, step }: PromotionRequest): Extract<Progress, { over: unknown }>['over'] => ({
  exit: EXIT.waiting,
  release: release.id,
  phase: release.phase,
  sentence: `${release.id} was not ready to be seen within ${formatDuration(step.deadlineMs)} (promote.deadline); nothing has moved.`,
  next: `slipway promote ${release.id}`,
});
