import type { Instant } from '../../kernel/instant.ts';
import type { GateConfig } from '../config/resolved-config.ts';

/** What a person said about a gate, as the journal has it, in order. */
export type GateWord =
  | {
      readonly word: 'approved' | 'rejected';
      readonly gate: string;
      readonly digest: string;
      readonly by: string;
      readonly at: Instant;
      /** Given before an undo: counts no more. The order of the journal says so, never the clock. */
      readonly lapsed?: true;
    }
  | {
      readonly word: 'withdrawn';
      readonly gate: string;
      readonly by: string;
      readonly at: Instant;
      readonly lapsed?: true;
    };

export interface Approval {
  readonly by: string;
  readonly at: Instant;
  readonly expiresAt: Instant;
}

export type GateState =
  | { readonly state: 'waiting'; readonly have: readonly Approval[]; readonly need: number }
  | { readonly state: 'passed'; readonly have: readonly Approval[]; readonly until: Instant }
  | { readonly state: 'refused'; readonly by: string; readonly at: Instant }
  /** There were approvals: for another digest, or for a promotion that was taken back. */
  | { readonly state: 'lapsed'; readonly by: readonly string[]; readonly why: 'changed' | 'undone' }
  | { readonly state: 'expired'; readonly by: readonly string[]; readonly at: Instant };

export interface GateQuestion {
  readonly name: string;
  readonly gate: GateConfig;
  readonly teams: Readonly<Record<string, readonly string[]>>;
  /** The plan that would be promoted. */
  readonly digest: string;
  readonly words: readonly GateWord[];
  /** Who planned, staged or resumed this release: they cannot approve it unless `selfApproval`. */
  readonly authors: ReadonlySet<string>;
  readonly now: Instant;
}

/** Logins that a gate's `approvers` name, teams written out. */
export function approversOf(gate: GateConfig, teams: GateQuestion['teams']): ReadonlySet<string> {
  return new Set(gate.approvers.flatMap((name) => (name.startsWith('team:') ? (teams[name.slice(5)] ?? []) : [name])));
}

/** Where a gate stands. A gate is data: no process waits for it. */
export function gateState(question: GateQuestion): GateState {
  const { name, gate, digest, authors, now } = question;
  const allowed = approversOf(gate, question.teams);
  const latest = latestWords(question.words.filter((word) => word.gate === name));
  const counting = latest.filter((word) => word.lapsed !== true);

  const refusal = counting.find((word) => word.word === 'rejected' && word.digest === digest && allowed.has(word.by));
  if (refusal !== undefined) return { state: 'refused', by: refusal.by, at: refusal.at };

  const approvals = latest.filter((word) => word.word === 'approved' && allowed.has(word.by));
  const eligible = approvals.filter(
    (word) => word.digest === digest && word.lapsed !== true && (gate.selfApproval || !authors.has(word.by)),
  );
  const dated = eligible.map((word) => ({
    by: word.by,
    at: word.at,
    expiresAt: (word.at + gate.expiresMs) as Instant,
  }));
  const valid = dated.filter((approval) => approval.expiresAt > now);
  if (valid.length >= gate.min) {
    // The gate holds as long as `min` of its approvals do: the min-th longest-lived decides.
    const ends = valid.map((approval) => approval.expiresAt).sort((a, b) => b - a);
    return { state: 'passed', have: valid, until: ends[gate.min - 1] as Instant };
  }
  if (valid.length > 0 || approvals.length === 0) return { state: 'waiting', have: valid, need: gate.min };
  if (dated.length > 0) {
    const last = dated.reduce((a, b) => (a.expiresAt > b.expiresAt ? a : b));
    return { state: 'expired', by: dated.map((approval) => approval.by), at: last.expiresAt };
  }
  const elsewhere = approvals.filter((word) => word.digest !== digest || word.lapsed === true);
  if (elsewhere.length > 0) {
    const why = elsewhere.some((word) => word.digest === digest) ? 'undone' : 'changed';
    return { state: 'lapsed', by: elsewhere.map((word) => word.by), why };
  }
  return { state: 'waiting', have: [], need: gate.min };
}

type Standing = Extract<GateWord, { digest: string }>;

/** Each person's last word; a withdrawn word is none. */
function latestWords(words: readonly GateWord[]): readonly Standing[] {
  const last = new Map<string, GateWord>();
  for (const word of words) last.set(word.by, word);
  return [...last.values()].filter((word): word is Standing => word.word !== 'withdrawn');
}
