import type { Instant } from '../../kernel/instant.ts';
import { type GateState, type GateWord, gateState } from './gate-state.ts';
import type { ReleaseState } from './release-state.ts';
import { skipOf } from './skip.ts';

export interface GateRow {
  readonly name: string;
  readonly state: GateState;
  /** Went past with `--skip`, by whom and why. */
  readonly skipped: { readonly by: string; readonly reason: string } | undefined;
}

/** Every gate of the release's line, for the plan as it stands now. */
export function reviewGates(release: ReleaseState, now: Instant): readonly GateRow[] {
  const { config, plan } = release;
  const names = config.lines[plan.line]?.gates ?? [];
  const words = oneGateEach(release);
  return names.flatMap((name) => {
    const gate = config.gates[name];
    if (gate === undefined) return [];
    const state = gateState({
      name,
      gate,
      teams: config.teams,
      digest: release.digest,
      words,
      authors: release.authors,
      now,
    });
    const skip = skipOf(release, `gate:${name}`);
    return [{ name, state, skipped: skip && { by: skip.by, reason: skip.reason } }];
  });
}

/** Those that keep the release from being promoted. */
export const openGates = (rows: readonly GateRow[]): readonly GateRow[] =>
  rows.filter((row) => row.state.state !== 'passed' && row.skipped === undefined);

export const gatesPassed = (rows: readonly GateRow[]): boolean => openGates(rows).length === 0;

/** The gate at which a person's approval of this very plan stands; a person counts in one gate (promotion 3). */
export const approvesAt = (release: ReleaseState, person: string): string | undefined =>
  standingApprovals(release).find((word) => word.by === person)?.gate;

/** Without the approvals of people who approved the same plan at another gate before. */
function oneGateEach(release: ReleaseState): readonly GateWord[] {
  const standing = standingApprovals(release);
  return release.words.filter((word) => {
    if (!standing.includes(word)) return true;
    return standing.find((first) => first.by === word.by) === word;
  });
}

/** Approvals of the plan as it is now that nobody has taken back, in order; one a person and gate. */
function standingApprovals({ words, digest }: ReleaseState): readonly GateWord[] {
  const last = new Map<string, GateWord>();
  for (const word of words) last.set(`${word.gate}\n${word.by}`, word);
  return [...words].filter(
    (word) =>
      word.word === 'approved' &&
      word.digest === digest &&
      word.lapsed !== true &&
      last.get(`${word.gate}\n${word.by}`) === word,
  );
}
