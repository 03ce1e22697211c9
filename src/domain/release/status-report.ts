import type { Instant } from '../../kernel/instant.ts';
import type { StepConfig } from '../config/resolved-config.ts';
import { runLines, type StepLine } from '../run/run-lines.ts';
import type { RunState } from '../run/run-state.ts';
import type { StepResult } from '../run/step-result.ts';
import { type GateRow, openGates, reviewGates } from './gate-review.ts';
import { isProved, isVerified, needsNewCandidate } from './next-release-action.ts';
import type { ReleaseState } from './release-state.ts';
import { skipOf } from './skip.ts';
import { stepsOfLine } from './steps-of-line.ts';

export type RowState = 'done' | 'running' | 'waiting' | 'to-do' | 'failed' | 'cancelled' | 'skipped';

/** One line of "what is it doing": a step of the run, or a stage of the release. */
export interface StatusRow {
  readonly id: string;
  readonly state: RowState;
  /** Since when it is in that state, where that is known. */
  readonly since: Instant | undefined;
  /** What it did, does, or waits for. */
  readonly detail: string;
  /** Until when it waits, or may go on. */
  readonly until?: Instant;
  /** How long it took, once it is over. */
  readonly tookMs?: number;
  readonly attempt?: string;
}

/** Everything `slipway status` says about one release, from the journal alone. */
export interface StatusReport {
  readonly release: string;
  readonly line: string;
  readonly version: string;
  readonly channel: string;
  readonly phase: ReleaseState['phase'];
  readonly digest: string;
  readonly generation: number | undefined;
  readonly rows: readonly StatusRow[];
  readonly failure: ReleaseState['failure'];
  readonly gates: readonly GateRow[];
  readonly skipped: ReleaseState['skipped'];
  /** The command to give next; undefined when nothing has to be done. */
  readonly next: string | undefined;
}

export function statusReport(release: ReleaseState, run: RunState, now: Instant): StatusReport {
  const { id, plan, candidate, phase, failure } = release;
  const gates = reviewGates(release, now);
  const steps = new Map(runLines(run).map((line) => [line.step as string, stepRow(line, run)]));
  return {
    release: id,
    line: plan.line,
    version: plan.version,
    channel: plan.channel,
    phase,
    digest: release.digest,
    generation: release.promotion?.after.number ?? candidate?.generation.number,
    rows: stepsOfLine(release.config, plan.line).flatMap((step) => rowsOf(step, { release, steps, gates, now })),
    failure,
    gates,
    skipped: release.skipped,
    next: nextCommand(release, gates, now),
  };
}

interface Scene {
  readonly release: ReleaseState;
  /** Rows of the run, by step. */
  readonly steps: ReadonlyMap<string, StatusRow>;
  readonly gates: readonly GateRow[];
  readonly now: Instant;
}

function rowsOf(step: StepConfig, scene: Scene): readonly StatusRow[] {
  switch (step.uses) {
    case 'build':
      return runRows(scene);
    case 'stage':
      return [stageRow(scene)];
    case 'verify':
      return [step.view === 'live' ? provedRow(scene) : verifyRow(scene)];
    case 'approve':
      return scene.gates.map((gate) => gateRow(gate));
    case 'promote':
      return [promoteRow(scene)];
    case 'run':
      return [ownRow(step.id, scene)];
  }
}

/** A step of the config's own: until its place has come it waits for what stands before it, not for a core. */
function ownRow(id: string, { steps }: Scene): StatusRow {
  const row = steps.get(id);
  return row === undefined || row.state === 'to-do' ? toDo(id) : row;
}

const toDo = (id: string, detail = ''): StatusRow => ({ id, state: 'to-do', since: undefined, detail });

/** The steps of the build: sources and packages. Steps of the release's own come at their place. */
function runRows({ steps, release }: Scene): readonly StatusRow[] {
  const own = new Set(
    stepsOfLine(release.config, release.plan.line).flatMap((step) => (step.uses === 'run' ? [step.id] : [])),
  );
  return [...steps.values()].filter((row) => !own.has(row.id));
}

const ROW_STATE: Readonly<Record<StepLine['state'], RowState>> = {
  waiting: 'to-do',
  ready: 'to-do',
  running: 'running',
  done: 'done',
  failed: 'failed',
  cancelled: 'cancelled',
  undecided: 'waiting',
};

function stepRow(line: StepLine, run: RunState): StatusRow {
  const { step, state, since, until, tookMs, attempt } = line;
  return {
    id: step,
    state: ROW_STATE[state],
    since,
    detail: stepDetail(line, run),
    ...(until !== undefined && { until }),
    ...(tookMs !== undefined && { tookMs }),
    ...(attempt !== undefined && { attempt }),
  };
}

function stepDetail({ step, state, waitsFor, attemptNumber }: StepLine, run: RunState): string {
  const known = run.steps.get(step);
  switch (state) {
    case 'done':
      return fileNames(known?.result);
    case 'failed':
      return known?.failure?.sentence ?? '';
    case 'cancelled':
      return `by ${known?.cancelled?.by ?? 'somebody'}: ${known?.cancelled?.reason ?? ''}`;
    case 'undecided':
      return known?.undecided?.sentence ?? '';
    case 'running':
      return (attemptNumber ?? 1) > 1 ? `attempt ${attemptNumber}` : '';
    case 'waiting':
    case 'ready':
      return waitsFor === undefined ? '' : `waits for ${waitsFor}`;
  }
}

const fileNames = (result: StepResult | undefined): string =>
  result?.files.map((file) => file.fileName).join(', ') ?? '';

function stageRow({ release }: Scene): StatusRow {
  const { candidate } = release;
  if (release.failure?.phase === 'stage') return failedRow('stage', release);
  if (candidate === undefined) return toDo('stage');
  const detail = `generation ${candidate.generation.number} of ${release.plan.channel}, plan ${release.digest.slice(0, 12)}`;
  return { id: 'stage', state: 'done', since: candidate.stagedAt, detail };
}

const failedRow = (id: string, release: ReleaseState): StatusRow => ({
  id,
  state: 'failed',
  since: release.failure?.at,
  detail: release.failure?.sentence ?? '',
});

function verifyRow({ release, now }: Scene): StatusRow {
  if (release.failure?.phase === 'verify') return failedRow('verify', release);
  if (release.verified !== undefined && isVerified(release, now)) return { ...clientsRow('verify', release.verified) };
  const skip = skipOf(release, 'verify');
  if (skip !== undefined) {
    return {
      id: 'verify',
      state: 'skipped',
      since: undefined,
      detail: skip.reason,
    };
  }
  return toDo('verify');
}

function provedRow({ release }: Scene): StatusRow {
  if (release.provedLive !== undefined) return clientsRow('verify live', release.provedLive);
  return release.failure?.phase === 'settle' ? failedRow('verify live', release) : toDo('verify live');
}

function clientsRow(id: string, report: NonNullable<ReleaseState['verified']>): StatusRow {
  const clients = [...new Set(report.evidence.map((row) => row.client))];
  const proofs = `${report.evidence.length} proofs by ${clients.join(', ')}`;
  const missing = report.notRun.map((row) => `; not by ${row.client} (${row.because})`).join('');
  return { id, state: 'done', since: report.at, detail: `${proofs}${missing}` };
}

function gateRow({ name, state, skipped }: GateRow): StatusRow {
  const id = `gate ${name}`;
  if (skipped !== undefined)
    return { id, state: 'skipped', since: undefined, detail: `by ${skipped.by}: ${skipped.reason}` };
  switch (state.state) {
    case 'passed': {
      const by = state.have.map((approval) => approval.by).join(', ');
      return { id, state: 'done', since: state.have[0]?.at, detail: `approved by ${by}`, until: state.until };
    }
    case 'refused':
      return { id, state: 'failed', since: state.at, detail: `rejected by ${state.by}` };
    case 'lapsed':
      return {
        id,
        state: 'waiting',
        since: undefined,
        detail: `approvals of ${state.by.join(', ')} lapsed: ${state.why === 'undone' ? 'it was undone' : 'the plan has changed'}`,
      };
    case 'expired':
      return { id, state: 'waiting', since: state.at, detail: `approvals of ${state.by.join(', ')} have expired` };
    case 'waiting':
      return { id, state: 'waiting', since: undefined, detail: `${state.have.length} of ${state.need} approvals` };
  }
}

function promoteRow({ release }: Scene): StatusRow {
  const { promotion, liveAt, phase } = release;
  if (release.failure?.phase === 'promote') return failedRow('promote', release);
  if (liveAt !== undefined) {
    const detail = `generation ${promotion?.after.number ?? '?'}, skew ${release.skewMs ?? 0} ms`;
    return { id: 'promote', state: 'done', since: liveAt, detail };
  }
  if (phase === 'promoting' && promotion !== undefined) {
    return { id: 'promote', state: 'running', since: promotion.startedAt, detail: '', until: promotion.deadlineAt };
  }
  return phase === 'undone' ? toDo('promote', 'was undone; promote again, or abandon') : toDo('promote');
}

function nextCommand(release: ReleaseState, gates: readonly GateRow[], now: Instant): string | undefined {
  const { id, phase, failure } = release;
  if (phase === 'settled' || phase === 'abandoned') return undefined;
  if (failure !== undefined && release.candidate !== undefined && needsNewCandidate(failure))
    return `slipway stage ${id}`;
  if (failure !== undefined || phase === 'live' || phase === 'promoting') return `slipway resume ${id}`;
  if (phase === 'undone') return `slipway promote ${id}`;
  if (release.candidate === undefined || !isProved(release, now)) return `slipway resume ${id}`;
  const [open] = openGates(gates);
  if (open !== undefined) {
    // Only another plan is not the one that was rejected.
    if (open.state.state === 'refused') return `slipway stage ${id}`;
    return `slipway approve ${id} --gate ${open.name} --digest ${release.digest.slice(0, 12)}`;
  }
  return `slipway promote ${id}`;
}
