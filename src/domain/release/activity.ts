import type { Instant } from '../../kernel/instant.ts';
import { runOutcome } from '../run/run-outcome.ts';
import type { RunState } from '../run/run-state.ts';
import { type Goal, nextReleaseAction } from './next-release-action.ts';
import type { ReleaseState } from './release-state.ts';
import type { StatusRow } from './status-report.ts';

/** What somebody who conducts a release is busy with between two facts: a row of the status, and in words. */
export interface Activity {
  readonly row: string;
  readonly doing: string;
}

/** What a conductor with that goal does now: what the rules say comes next. Steps of the run have facts of their own. */
export function activityOf(release: ReleaseState, run: RunState, goal: Goal, now: Instant): Activity | undefined {
  if (release.failure !== undefined) return undefined;
  const built = runOutcome(run, 'build').state === 'done';
  const action = nextReleaseAction({ release, built, goal, now });
  switch (action.do) {
    case 'stage':
      return { row: 'stage', doing: 'writes and signs the indexes' };
    case 'verify':
      return action.step.view === 'live'
        ? { row: 'verify live', doing: 'clients read what users see' }
        : { row: 'verify', doing: 'clients try the candidate' };
    case 'promote':
      return release.phase === 'undone'
        ? { row: 'stage', doing: 'writes the change again, on what users see now' }
        : { row: 'promote', doing: 'prepares the undo, moves the pointer' };
    default:
      return undefined;
  }
}

/** The rows, with the one that is being worked on marked as such. */
export const withActivity = (
  rows: readonly StatusRow[],
  activity: Activity | undefined,
  since: Instant,
): readonly StatusRow[] =>
  rows.map((row) =>
    row.id === activity?.row && ['to-do', 'running', 'done'].includes(row.state)
      ? { ...row, state: 'running', since: row.since ?? since, detail: activity.doing }
      : row,
  );
