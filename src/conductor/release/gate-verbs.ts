import { newEvent } from '../../domain/journal/event-definition.ts';
import { releaseStream } from '../../domain/journal/streams.ts';
import { isOver, mayBeSeen } from '../../domain/release/phases.ts';
import {
  type GateVerb,
  gateMeant,
  refuseOldDigest,
  refuseSecondGate,
  refuseStranger,
  refuseUnspoken,
} from '../../domain/release/refuse-word.ts';
import { WrongStateError } from '../../domain/release/release-errors.ts';
import { RELEASE_EVENTS } from '../../domain/release/release-events.ts';
import type { ReleaseState } from '../../domain/release/release-state.ts';
import { decideAgain } from '../journal/decide-again.ts';
import { loadRelease } from './load-release.ts';
import type { Actor, ReleaseWorld } from './release-world.ts';

export interface GateRequest {
  readonly release: string;
  /** May be left out when the person is an approver of exactly one gate of the line. */
  readonly gate?: string;
  /** A prefix of at least 8 hex digits will do. */
  readonly digest?: string;
  readonly reason?: string;
  readonly dryRun?: boolean;
}

const EVENT = { approve: 'gate.approved', reject: 'gate.rejected', withdraw: 'gate.withdrawn' } as const;

/**
 * Records a person's word about the plan as it stands.
 * @returns the release, and the gate that was meant.
 * @throws {DigestNotCurrentError} @throws {NotApproverError} @throws {GateUnknownError} @throws {WrongStateError}
 */
export async function speakAtGate(
  world: Pick<ReleaseWorld, 'journal' | 'clock'>,
  verb: GateVerb,
  actor: Actor,
  request: GateRequest,
): Promise<{ readonly release: ReleaseState; readonly gate: string }> {
  return await decideAgain(async () => await speak(world, verb, actor, request));
}

async function speak(
  world: Pick<ReleaseWorld, 'journal' | 'clock'>,
  verb: GateVerb,
  actor: Actor,
  request: GateRequest,
): Promise<{ readonly release: ReleaseState; readonly gate: string }> {
  const release = await loadRelease(world.journal, request.release);
  if (release.candidate === undefined || isOver(release.phase) || mayBeSeen(release.phase)) {
    throw new WrongStateError(
      `${release.id} is ${release.phase}: only a staged plan can be approved or rejected.`,
      release.candidate === undefined && release.phase !== 'abandoned'
        ? `First "slipway stage ${release.id}".`
        : 'Nothing is left to decide.',
    );
  }
  const gate = gateMeant(release, actor.login, request.gate);
  refuseOldDigest(release, request.digest);
  refuseStranger(release, gate, actor.login, verb);
  if (verb === 'approve') refuseSecondGate(release, gate, actor.login);
  if (verb === 'withdraw') refuseUnspoken(release, gate, actor.login);
  if (request.dryRun === true) return { release, gate };

  const reason = request.reason === undefined ? {} : { reason: request.reason };
  const word =
    verb === 'withdraw'
      ? newEvent(RELEASE_EVENTS, EVENT.withdraw, { gate, by: actor.login, ...reason })
      : newEvent(RELEASE_EVENTS, EVENT[verb], {
          gate,
          digest: release.digest,
          by: actor.login,
          proof: actor.proof,
          ...reason,
        });
  await world.journal.append({
    by: actor.login,
    at: world.clock.now(),
    writes: [{ stream: releaseStream(release.id), expectedSeq: release.seq, events: [word] }],
  });
  return { release: await loadRelease(world.journal, release.id), gate };
}
