import type { StepConfig } from '../../domain/config/resolved-config.ts';
import { newEvent } from '../../domain/journal/event-definition.ts';
import { LINE_EVENTS } from '../../domain/release/line-events.ts';
import { CandidateExpiredError, HeldElsewhereError } from '../../domain/release/release-errors.ts';
import { RELEASE_EVENTS } from '../../domain/release/release-events.ts';
import type { Candidate, ReleaseState } from '../../domain/release/release-state.ts';
import { foldTarget } from '../../domain/repository/target-state.ts';
import { toInstant } from '../../kernel/instant.ts';
import type { Origin, SealedGeneration } from '../../ports/origin.ts';
import { type HeldLease, holdLease } from '../lease/hold-lease.ts';
import { type ChannelView, viewChannel } from './channel-view.ts';
import { refuseUnsoundCandidate } from './check-candidate.ts';
import { loadLine, loadRelease } from './load-release.ts';
import { makeGeneration } from './make-generation.ts';
import { movePointer, targetOf } from './move-pointer.ts';
import { rebaseRelease } from './rebase-release.ts';
import type { Actor, ReleaseWorld } from './release-world.ts';
import { reference } from './stage-release.ts';

type PromoteStep = Extract<StepConfig, { uses: 'promote' }>;

export interface PromotionRequest {
  readonly release: ReleaseState;
  readonly run: HeldLease;
  readonly actor: Actor;
  readonly step: PromoteStep;
}

/**
 * The saga for one origin on disk, where every repository of the channel moves with one flip (promotion 6): prepare the
 * undo, prove the bytes, intent, flip, receipt.
 * @returns the release as it is now: live, or staged anew when somebody else had promoted meanwhile (then verify again).
 */
export async function promoteRelease(world: ReleaseWorld, request: PromotionRequest): Promise<ReleaseState> {
  const { channel } = request.release.plan;
  const target = await holdLease(world, `target/${targetOf(channel)}`);
  if (target === undefined) throw await heldBySomebody(world, channel);
  try {
    return await promoteUnder(world, request, target);
  } finally {
    await target.release();
  }
}

async function promoteUnder(world: ReleaseWorld, request: PromotionRequest, target: HeldLease): Promise<ReleaseState> {
  const { release } = request;
  const candidate = release.candidate;
  if (candidate === undefined) throw new Error(`${release.id} has no candidate`);
  const view = await viewChannel(world, release.config, release.plan.channel);

  const begun = release.phase === 'promoting' && (await canGoOn(world, release, candidate, view));
  if (!begun) {
    if (view.current?.digest !== candidate.parent?.digest) return await rebaseRelease(world, request, view);
    if (candidate.keepUntil < world.clock.now()) throw expired(release, candidate);
    await refuseUnsoundCandidate(release, view);
  }
  const promoting = begun ? release : await begin(world, request, view, candidate);
  await flip(world, { ...request, release: promoting }, view.origin, target);
  return await loadRelease(world.journal, release.id);
}

/**
 * A promotion under way goes on as it was begun once its move was intended. Before that it begins anew when its deadline
 * has passed or when somebody else has moved the pointer meanwhile.
 */
async function canGoOn(
  world: ReleaseWorld,
  release: ReleaseState,
  candidate: Candidate,
  { current }: ChannelView,
): Promise<boolean> {
  const { promotion } = release;
  if (promotion === undefined) return false;
  const target = foldTarget(await world.journal.read(`target/${targetOf(release.plan.channel)}`));
  const isIntended = target.flips.some(
    ({ flip, receipt }) => flip.release === release.id && flip.promotion === promotion.number && receipt !== 'not-done',
  );
  if (isIntended) return true;
  return promotion.deadlineAt >= world.clock.now() && current?.digest === candidate.parent?.digest;
}

/** Phase 1: the undo generation lies there, sealed and signed, before anything can be seen to move. */
async function begin(
  world: ReleaseWorld,
  { release, run, actor, step }: PromotionRequest,
  { origin, current }: ChannelView,
  candidate: Candidate,
): Promise<ReleaseState> {
  const promotion = release.promotions + 1;
  const ours = await origin.generation(release.plan.channel, candidate.generation.number);
  const undo = await makeGeneration(world, origin, await world.publishing(release.config), {
    channel: release.plan.channel,
    purpose: 'undo',
    release: release.id,
    for: promotion,
    parent: ours,
    contents: contentBefore(ours, current),
    lease: run.guard,
    by: actor.login,
  });
  const event = newEvent(RELEASE_EVENTS, 'release.promoting', {
    promotion,
    after: candidate.generation,
    undo: reference(undo),
    deadlineAt: toInstant(world.clock.now() + step.deadlineMs),
  });
  await world.journal.append({
    by: actor.login,
    at: world.clock.now(),
    leases: [run.guard],
    writes: [{ stream: `release/${release.id}`, expectedSeq: release.seq, events: [event] }],
  });
  return await loadRelease(world.journal, release.id);
}

/** What users saw before; empty repositories, without `latest`, before the first promotion. */
function contentBefore(
  ours: SealedGeneration,
  current: SealedGeneration | undefined,
): SealedGeneration['repositories'] {
  const names = Object.keys(ours.repositories);
  return Object.fromEntries(names.map((name) => [name, current?.repositories[name] ?? { packages: [] }]));
}

/** Phase 3: the one flip. With its receipt the release is live and the line free, in one transaction. */
async function flip(
  world: ReleaseWorld,
  { release, run, actor }: PromotionRequest,
  origin: Origin,
  target: HeldLease,
): Promise<void> {
  const { promotion, candidate } = release;
  if (promotion === undefined || candidate === undefined) throw new Error(`${release.id} has no promotion under way`);
  const line = await loadLine(world.journal, release.plan.line);
  await movePointer(world, origin, {
    kind: 'flip',
    channel: release.plan.channel,
    release: release.id,
    promotion: promotion.number,
    before: candidate.parent,
    after: promotion.after,
    undo: promotion.undo,
    by: actor.login,
    run,
    target,
    unchanged: [{ stream: `release/${release.id}`, seq: release.seq }],
    withReceipt: ({ intendedAt, receiptAt }) => [
      {
        stream: `release/${release.id}`,
        expectedSeq: release.seq,
        events: [
          newEvent(RELEASE_EVENTS, 'release.live', {
            promotion: promotion.number,
            generation: promotion.after,
            skewMs: Math.max(0, receiptAt - intendedAt),
          }),
        ],
      },
      {
        stream: `line/${release.plan.line}`,
        expectedSeq: line.seq,
        events: [newEvent(LINE_EVENTS, 'release.closed', { release: release.id, how: 'live' })],
      },
    ],
  });
  await origin.stage(release.plan.channel, null);
}

function expired(release: ReleaseState, candidate: Candidate): CandidateExpiredError {
  return new CandidateExpiredError(
    `The candidate of ${release.id} was kept until ${new Date(candidate.keepUntil).toISOString()}.`,
    `Stage it again: "slipway stage ${release.id}". Approvals lapse.`,
  );
}

async function heldBySomebody(world: ReleaseWorld, channel: string): Promise<HeldElsewhereError> {
  const holder = (await world.journal.leaseHolder(`target/${targetOf(channel)}`))?.holder;
  const who = holder === undefined ? 'Another process' : `Process ${holder.pid} on ${holder.host}`;
  return new HeldElsewhereError(`${who} is moving the pointer of channel ${channel}.`, 'Wait for it, then ask again.');
}
