import { newEvent } from '../../domain/journal/event-definition.ts';
import { approversOf } from '../../domain/release/gate.ts';
import { approvesAt } from '../../domain/release/gate-review.ts';
import {
  DigestNotCurrentError,
  GateUnknownError,
  NotApproverError,
  WrongStateError,
} from '../../domain/release/release-errors.ts';
import { RELEASE_EVENTS } from '../../domain/release/release-events.ts';
import type { ReleaseState } from '../../domain/release/release-state.ts';
import { decideAgain } from './decide-again.ts';
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

export type GateVerb = 'approve' | 'reject' | 'withdraw';

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
  if (release.candidate === undefined || ['promoting', 'live', 'settled', 'abandoned'].includes(release.phase)) {
    throw new WrongStateError(
      `${release.id} is ${release.phase}: only a staged plan can be approved or rejected.`,
      release.candidate === undefined && release.phase !== 'abandoned'
        ? `First "slipway stage ${release.id}".`
        : 'Nothing is left to decide.',
    );
  }
  const gate = gateMeant(release, actor, request.gate);
  refuseOldDigest(release, request.digest);
  refuseStranger(release, gate, actor, verb);
  if (verb === 'approve') refuseSecondGate(release, gate, actor);
  if (verb === 'withdraw') refuseUnspoken(release, gate, actor);
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
    writes: [{ stream: `release/${release.id}`, expectedSeq: release.seq, events: [word] }],
  });
  return { release: await loadRelease(world.journal, release.id), gate };
}

function gateMeant(release: ReleaseState, actor: Actor, named: string | undefined): string {
  const { config, plan } = release;
  const gates = config.lines[plan.line]?.gates ?? [];
  if (named !== undefined) {
    if (gates.includes(named)) return named;
    const known = gates.length === 0 ? 'It has none.' : `It has ${gates.join(', ')}.`;
    throw new GateUnknownError(`Line ${plan.line} has no gate ${named}. ${known}`, 'Name one of them with --gate.');
  }
  const mine = gates.filter((name) => {
    const gate = config.gates[name];
    return gate !== undefined && approversOf(gate, config.teams).has(actor.login);
  });
  const [only, ...more] = mine.length > 0 ? mine : gates;
  if (only === undefined) {
    throw new GateUnknownError(
      `Line ${plan.line} has no gates: nothing waits for an approval.`,
      `Go on with "slipway resume ${release.id}".`,
    );
  }
  if (more.length > 0) {
    throw new GateUnknownError(`Several gates could be meant: ${[only, ...more].join(', ')}.`, 'Name one with --gate.');
  }
  return only;
}

const SHORTEST_DIGEST = 8;

function refuseOldDigest(release: ReleaseState, given: string | undefined): void {
  if (given === undefined) return;
  if (given.length >= SHORTEST_DIGEST && release.digest.startsWith(given.toLowerCase())) return;
  throw new DigestNotCurrentError(release.id, given, release.digest);
}

function refuseStranger(release: ReleaseState, name: string, actor: Actor, verb: GateVerb): void {
  const gate = release.config.gates[name];
  if (gate === undefined) return;
  const allowed = approversOf(gate, release.config.teams);
  if (!allowed.has(actor.login)) {
    throw new NotApproverError(
      `${actor.login} is no approver of gate ${name}.`,
      `Ask one of: ${[...allowed].join(', ') || 'nobody (the gate has no approvers)'}.`,
    );
  }
  if (verb === 'approve' && !gate.selfApproval && release.authors.has(actor.login)) {
    throw new NotApproverError(
      `${actor.login} planned, staged or resumed ${release.id} and cannot approve it: gate ${name} has selfApproval: false.`,
      `Ask one of: ${[...allowed].filter((login) => !release.authors.has(login)).join(', ') || 'nobody else is an approver'}.`,
    );
  }
}

/** A person counts in one gate: two gates are there so that two people look. */
function refuseSecondGate(release: ReleaseState, name: string, { login }: Actor): void {
  const other = approvesAt(release, login);
  if (other === undefined || other === name) return;
  throw new NotApproverError(
    `${login} has approved this plan at gate ${other}, and one person counts in one gate.`,
    `Ask another approver of ${name}, or first "slipway withdraw ${release.id} --gate ${other}".`,
  );
}

function refuseUnspoken(release: ReleaseState, name: string, { login }: Actor): void {
  const last = release.words.findLast((word) => word.gate === name && word.by === login);
  if (last !== undefined && last.word !== 'withdrawn') return;
  throw new WrongStateError(
    `${login} has said nothing at gate ${name} of ${release.id} that could be withdrawn.`,
    `See who has with "slipway status ${release.id}".`,
  );
}
