import { newEvent } from '../../domain/journal/event-definition.ts';
import { runStream } from '../../domain/journal/streams.ts';
import { comparePlannedRuns } from '../../domain/run/compare-planned-runs.ts';
import { planRun } from '../../domain/run/plan-run.ts';
import { RUN_EVENTS } from '../../domain/run/run-events.ts';
import { type RunOutcome, runOutcome } from '../../domain/run/run-outcome.ts';
import type { PlannedRun, RunPlan } from '../../domain/run/run-plan.ts';
import type { RunState, StepState } from '../../domain/run/run-state.ts';
import type { ReleaseId, StepId } from '../../kernel/ids.ts';
import { type HeldLease, holdLease } from '../lease/hold-lease.ts';
import { cancelSteps } from './cancel-steps.ts';
import { findMissingBytes } from './find-missing-bytes.ts';
import { RecordedRun } from './recorded-run.ts';
import { RunHeldError, RunUnknownError, StepNotUndecidedError, StepUnknownError } from './run-errors.ts';
import { RunSession } from './run-session.ts';
import type { RunWorld } from './run-world.ts';

export interface DriveOptions {
  /** Ctrl-C: in-process work is dropped, attempts run on, the outcome is `interrupted`. */
  readonly signal: AbortSignal;
  /** Lease `run/<id>`, when the caller holds it already; else it is taken and given back. */
  readonly lease?: HeldLease;
}

/** Conducts runs: load, let the rules decide, record the intent, act through a port, record the receipt. */
export class RunConductor {
  readonly #world: RunWorld;

  constructor(world: RunWorld) {
    this.#world = world;
  }

  /**
   * Records the plan. The same plan again changes nothing; another one is recorded with what changed, and steps whose
   * definition changed are done again when the run is driven.
   * @returns what changed, one line each; empty for a first or an equal plan.
   * @throws {StepCycleError} @throws {StepUnfitError} there is no such graph; nothing was recorded.
   */
  async open(plan: RunPlan, by: string): Promise<{ readonly state: RunState; readonly changed: readonly string[] }> {
    const planned = planRun(plan);
    const run = await RecordedRun.load(this.#world, plan.release);
    let changed: readonly string[] = [];
    await run.record(by, ({ plan: before }) => {
      const after = before === undefined ? planned : withFirstTimes(planned, before);
      changed = before === undefined ? [] : comparePlannedRuns(before, after);
      if (before !== undefined && changed.length === 0) return [];
      return [newEvent(RUN_EVENTS, 'run.planned', { run: after, changed: [...changed] })];
    });
    return { state: run.state, changed };
  }

  /** The run as the journal has it now; one that does not exist has no plan and no steps. */
  async state(runId: ReleaseId): Promise<RunState> {
    return (await RecordedRun.load(this.#world, runId)).state;
  }

  /**
   * Does all that can be done for the goal now: `build` is every package of the line, a step's id is that step; each with
   * what it needs. Failed, cancelled and undecided steps are left alone: see `resume` and `decide`.
   * @throws {RunHeldError} another process conducts this run.
   * @throws {LeaseLostError} it was taken from us: nothing was written since.
   */
  async drive(runId: ReleaseId, goal: 'build' | StepId, options: DriveOptions): Promise<RunOutcome> {
    const lease = options.lease ?? (await this.#takeLease(runId));
    try {
      const run = await this.#known(runId, goal === 'build' ? undefined : goal);
      const missing = await findMissingBytes(this.#world, run.state, goal);
      // Somebody may have said so meanwhile: then it is no news any more.
      const stillDone = (state: RunState) =>
        missing.filter(({ data }) => state.steps.get(data['step'] as StepId)?.status === 'succeeded');
      await run.record('conductor', stillDone, [lease.guard]);
      const end = await new RunSession(this.#world, run, lease, goal).conduct(options.signal);
      const outcome = runOutcome(run.state, goal);
      return end === 'interrupted' && outcome.state !== 'done' ? { ...outcome, state: 'interrupted' } : outcome;
    } finally {
      if (options.lease === undefined) await lease.release();
    }
  }

  /**
   * Lets failed and cancelled steps begin again with the next attempt number, but for those that the release has gone past
   * (`continueOnError`). Drives nothing. @returns those steps.
   */
  async resume(
    runId: ReleaseId,
    { by, reason, passed = new Set() }: { by: string; reason?: string | undefined; passed?: ReadonlySet<string> },
  ): Promise<readonly StepId[]> {
    const run = await RecordedRun.load(this.#world, runId);
    let granted: readonly StepId[] = [];
    await run.record(by, (state) => {
      const stopped = [...state.steps.values()].filter((step) => isStopped(step) && !passed.has(step.id));
      granted = stopped.map((step) => step.id);
      return granted.map((step) =>
        newEvent(RUN_EVENTS, 'step.resumed', { step, ...(reason === undefined ? {} : { reason }) }),
      );
    });
    return granted;
  }

  /**
   * What a person found out about a lost attempt: its work is done (outputs are collected), or it has to run again.
   * Drives nothing.
   * @throws {StepNotUndecidedError} nobody asked.
   */
  async decide(
    runId: ReleaseId,
    decision: { readonly step: StepId; readonly is: 'done' | 'again'; readonly reason: string; readonly by: string },
  ): Promise<void> {
    const { step, is, reason, by } = decision;
    const run = await this.#known(runId, step);
    await run.record(by, (state) => {
      const status = state.steps.get(step)?.status ?? 'waiting';
      if (status !== 'undecided') throw new StepNotUndecidedError(runId, step, status);
      return [newEvent(RUN_EVENTS, 'step.decided', { step, decision: is, reason })];
    });
  }

  /**
   * Ends a step, or the whole run. Whoever conducts the run stops the attempts; when nobody does, this process does.
   * Resolves when nothing of it runs any more.
   * @returns the steps that were cancelled; empty when there was nothing left to end.
   * @throws the signal's reason, when it aborted before that; the request stands then.
   */
  async cancel(
    runId: ReleaseId,
    request: { readonly step?: StepId; readonly by: string; readonly reason: string },
    signal: AbortSignal,
  ): Promise<readonly StepId[]> {
    const run = await this.#known(runId, request.step);
    return await cancelSteps(this.#world, run, request, signal);
  }

  async #known(runId: ReleaseId, step?: StepId): Promise<RecordedRun> {
    const run = await RecordedRun.load(this.#world, runId);
    if (run.state.plan === undefined) throw new RunUnknownError(runId);
    if (step !== undefined && !run.state.steps.has(step)) {
      throw new StepUnknownError(runId, step, [...run.state.steps.keys()]);
    }
    return run;
  }

  async #takeLease(runId: ReleaseId): Promise<HeldLease> {
    const lease = await holdLease(this.#world, runStream(runId));
    if (lease !== undefined) return lease;
    throw new RunHeldError(runId, (await this.#world.journal.leaseHolder(runStream(runId)))?.holder);
  }
}

/** Times are those of the first plan: a step that is done again on another day gives the same bytes. */
const withFirstTimes = (planned: PlannedRun, { epoch, plannedAt }: PlannedRun): PlannedRun => ({
  ...planned,
  epoch,
  plannedAt,
});

const isStopped = ({ status }: StepState): boolean => status === 'failed' || status === 'cancelled';
