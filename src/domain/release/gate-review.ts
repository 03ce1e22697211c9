import type { Instant } from '../../kernel/instant.ts';
import { type GateState, gateState } from './gate.ts';
import type { ReleaseState } from './release-state.ts';

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
  return names.flatMap((name) => {
    const gate = config.gates[name];
    if (gate === undefined) return [];
    const state = gateState({
      name,
      gate,
      teams: config.teams,
      digest: release.digest,
      words: release.words,
      authors: release.authors,
      notBefore: release.wordsCountFrom,
      now,
    });
    const skip = release.skipped.find((row) => row.what === `gate:${name}`);
    return [{ name, state, skipped: skip && { by: skip.by, reason: skip.reason } }];
  });
}

export const gatesPassed = (rows: readonly GateRow[]): boolean =>
  rows.every((row) => row.state.state === 'passed' || row.skipped !== undefined);
