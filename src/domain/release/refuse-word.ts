import { approvesAt } from './gate-review.ts';
import { approversOf } from './gate-state.ts';
import { DigestNotCurrentError, GateUnknownError, NotApproverError, WrongStateError } from './release-errors.ts';
import type { ReleaseState } from './release-state.ts';

/** What a person says at a gate (promotion 3). */
export type GateVerb = 'approve' | 'reject' | 'withdraw';

/**
 * The gate that is named, or the only one that the person approves.
 * @throws {GateUnknownError} there is none, or several could be meant.
 */
export function gateMeant(release: ReleaseState, login: string, named: string | undefined): string {
  const { config, plan } = release;
  const gates = config.lines[plan.line]?.gates ?? [];
  if (named !== undefined) {
    if (gates.includes(named)) return named;
    const known = gates.length === 0 ? 'It has none.' : `It has ${gates.join(', ')}.`;
    throw new GateUnknownError(`Line ${plan.line} has no gate ${named}. ${known}`, 'Name one of them with --gate.');
  }
  const mine = gates.filter((name) => {
    const gate = config.gates[name];
    return gate !== undefined && approversOf(gate, config.teams).has(login);
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

/** Who speaks of a plan speaks of the one that stands. @throws {DigestNotCurrentError} */
export function refuseOldDigest(release: ReleaseState, given: string | undefined): void {
  if (given === undefined) return;
  if (given.length >= SHORTEST_DIGEST && release.digest.startsWith(given.toLowerCase())) return;
  throw new DigestNotCurrentError(release.id, given, release.digest);
}

/** @throws {NotApproverError} nobody asked this person, or their own plan is what they would approve. */
export function refuseStranger(release: ReleaseState, name: string, login: string, verb: GateVerb): void {
  const gate = release.config.gates[name];
  if (gate === undefined) return;
  const allowed = approversOf(gate, release.config.teams);
  if (!allowed.has(login)) {
    throw new NotApproverError(
      `${login} is no approver of gate ${name}.`,
      `Ask one of: ${[...allowed].join(', ') || 'nobody (the gate has no approvers)'}.`,
    );
  }
  if (verb === 'approve' && !gate.selfApproval && release.authors.has(login)) {
    throw new NotApproverError(
      `${login} planned, staged or resumed ${release.id} and cannot approve it: gate ${name} has selfApproval: false.`,
      `Ask one of: ${[...allowed].filter((login) => !release.authors.has(login)).join(', ') || 'nobody else is an approver'}.`,
    );
  }
}

/** A person counts in one gate: two gates are there so that two people look. @throws {NotApproverError} */
export function refuseSecondGate(release: ReleaseState, name: string, login: string): void {
  const other = approvesAt(release, login);
  if (other === undefined || other === name) return;
  throw new NotApproverError(
    `${login} has approved this plan at gate ${other}, and one person counts in one gate.`,
    `Ask another approver of ${name}, or first "slipway withdraw ${release.id} --gate ${other}".`,
  );
}

/** @throws {WrongStateError} */
export function refuseUnspoken(release: ReleaseState, name: string, login: string): void {
  const last = release.words.findLast((word) => word.gate === name && word.by === login);
  if (last !== undefined && last.word !== 'withdrawn') return;
  throw new WrongStateError(
    `${login} has said nothing at gate ${name} of ${release.id} that could be withdrawn.`,
    `See who has with "slipway status ${release.id}".`,
  );
}
