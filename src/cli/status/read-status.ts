import type { OpenedState } from '../../compose.ts';
import { type PendingMove, pendingMove } from '../../conductor/pointer/pending-move.ts';
import { loadRun } from '../../conductor/run/load-run.ts';
import { runStream } from '../../domain/journal/streams.ts';
import type { ReleaseState } from '../../domain/release/release-state.ts';
import { type StatusReport, statusReport } from '../../domain/release/status-report.ts';
import type { RunState } from '../../domain/run/run-state.ts';
import type { AttemptName } from '../../kernel/ids.ts';
import type { Instant } from '../../kernel/instant.ts';
import type { CliContext } from '../context.ts';

/** The process that works on a release. */
export interface Conductor {
  readonly pid: number;
  readonly host: string;
  /** Its heartbeat is late since then: it stands still, or its machine is gone. */
  readonly silentSince: Instant | undefined;
}

/** What the journal says of a release, and who works on it now. */
export interface StatusView extends StatusReport {
  readonly conductor: Conductor | undefined;
}

/** Of a log, this much is read for its last line. */
const TAIL_BYTES = 4096;

export async function readStatus(context: CliContext, state: OpenedState, release: ReleaseState): Promise<StatusView> {
  const { journal, clock } = state;
  const now = clock.now();
  const run = await loadRun(journal, release.id);
  const report = statusReport(release, run, now);
  const lease = await journal.leaseHolder(runStream(release.id));
  const conductor = lease && {
    pid: lease.holder.pid,
    host: lease.holder.host,
    silentSince: lease.expiresAt < now ? lease.expiresAt : undefined,
  };
  const pending = await pendingMove(journal, release);
  const isWorkedOn = conductor !== undefined && conductor.silentSince === undefined;
  const rows = isWorkedOn ? await withActivities(report, release, run, now) : report.rows;
  return {
    ...report,
    rows: withPendingMove(await withLogLines(context, state, rows), pending),
    conductor,
    next: pending !== undefined && !isWorkedOn ? `slipway resume ${release.id}` : nextCommand(report, run, conductor),
  };
}

/** A move without a receipt: nobody knows what users see until the origin has been asked. */
function withPendingMove(rows: StatusReport['rows'], pending: PendingMove | undefined): StatusReport['rows'] {
  if (pending === undefined) return rows;
  const detail = `${pending.kind === 'undo' ? 'undo' : 'the move'} was begun and has no receipt; resume asks the origin`;
  return rows.map((row) => (row.id === 'promote' ? { ...row, state: 'waiting', since: pending.since, detail } : row));
}

/** Marks what the conductor is busy with. Loaded only then: its rules need the whole event catalogue. */
async function withActivities(
  report: StatusReport,
  release: ReleaseState,
  run: RunState,
  now: Instant,
): Promise<StatusReport['rows']> {
  const { activityOf, withActivity } = await import('../../domain/release/activity.ts');
  return withActivity(report.rows, activityOf(release, run, 'end', now), lastFactAt(release, run));
}

/** Since when a conductor can have been busy with what it does now: the latest fact of the release or its steps. */
function lastFactAt(release: ReleaseState, run: RunState): Instant {
  const known = [
    release.plannedAt,
    release.candidate?.stagedAt,
    release.verified?.at,
    release.liveAt,
    release.promotion?.startedAt,
  ];
  const steps = [...run.steps.values()].map((step) => step.since);
  return Math.max(...[...known, ...steps].filter((at) => at !== undefined)) as Instant;
}

/** What the commands of a running step said last. */
async function withLogLines(
  context: CliContext,
  state: OpenedState,
  rows: StatusReport['rows'],
): Promise<StatusReport['rows']> {
  if (!rows.some((row) => row.state === 'running' && row.attempt !== undefined)) return rows;
  const executor = await context.parts.openExecutor(context, state);
  return await Promise.all(
    rows.map(async (row) => {
      if (row.state !== 'running' || row.attempt === undefined) return row;
      const { signal } = new AbortController();
      let detail = row.detail;
      for await (const line of executor.logs(row.attempt as AttemptName, { lastBytes: TAIL_BYTES, signal }))
        detail = line.text;
      return { ...row, detail };
    }),
  );
}

/** The command to give now. While somebody else works on it, there is nothing to do but to watch. */
function nextCommand(report: StatusReport, run: RunState, conductor: Conductor | undefined): string | undefined {
  const { release, rows } = report;
  if (conductor !== undefined && conductor.silentSince === undefined) {
    const running = rows.find((row) => row.state === 'running' && row.attempt !== undefined);
    return running === undefined ? `slipway status ${release}` : `slipway logs ${release} ${running.id} --follow`;
  }
  const lost = [...run.steps.values()].find((step) => step.status === 'undecided');
  if (lost !== undefined) return `slipway resume ${release} --step ${lost.id} --done --reason TEXT (or --again)`;
  return report.next;
}
