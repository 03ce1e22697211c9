import type { RunOutcome } from '../../domain/run/run-outcome.ts';
import type { RunPlan } from '../../domain/run/run-plan.ts';
import type { RunState } from '../../domain/run/run-state.ts';
import type { ReleaseId, StepId } from '../../kernel/ids.ts';
import type { ArtifactStore } from '../../ports/artifact-store.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Executor } from '../../ports/executor.ts';
import type { Journal, LeaseHolder } from '../../ports/journal.ts';
import type { PackageBuilder } from '../../ports/package-builder.ts';
import type { SourceFetcher } from '../../ports/source-fetcher.ts';
import type { HeldLease } from '../lease/hold-lease.ts';

/** All that a run asks of the world. */
export interface RunWorld {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly holder: LeaseHolder;
  readonly store: ArtifactStore;
  readonly executor: Executor;
  readonly builder: PackageBuilder;
  readonly sources: SourceFetcher;
  /** Steps at the same time, at least 1: the cores of this machine. */
  readonly parallelSteps: number;
}

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
   */
  async open(plan: RunPlan, by: string): Promise<{ readonly state: RunState; readonly changed: readonly string[] }> {
    throw new Error(`being written: ${plan.release} ${by} ${this.#world.parallelSteps}`);
  }

  /** The run as the journal has it now. */
  async state(runId: ReleaseId): Promise<RunState> {
    throw new Error(`being written: ${runId}`);
  }

  /**
   * Does all that can be done for the goal now: `build` is every package of the line, a step's id is that step; each with
   * what it needs. Failed, cancelled and undecided steps are left alone: see `resume` and `decide`.
   * @throws {RunHeldError} another process conducts this run.
   * @throws {LeaseLostError} it was taken from us: nothing was written since.
   */
  async drive(runId: ReleaseId, goal: 'build' | StepId, options: DriveOptions): Promise<RunOutcome> {
    throw new Error(`being written: ${runId} ${goal} ${options.signal.aborted}`);
  }

  /** Lets failed and cancelled steps begin again with the next attempt number. Drives nothing. @returns those steps. */
  async resume(runId: ReleaseId, by: string, reason?: string): Promise<readonly StepId[]> {
    throw new Error(`being written: ${runId} ${by} ${reason}`);
  }

  /** What a person found out about a lost attempt: its work is done (outputs are collected), or it has to run again. Drives nothing. */
  async decide(
    runId: ReleaseId,
    decision: { readonly step: StepId; readonly is: 'done' | 'again'; readonly reason: string; readonly by: string },
  ): Promise<void> {
    throw new Error(`being written: ${runId} ${decision.step}`);
  }

  /**
   * Ends a step, or the whole run. Whoever conducts the run stops the attempts; when nobody does, this process does.
   * Resolves when nothing of it runs any more.
   * @returns the steps that were cancelled; empty when there was nothing left to end.
   */
  async cancel(
    runId: ReleaseId,
    request: { readonly step?: StepId; readonly by: string; readonly reason: string },
    signal: AbortSignal,
  ): Promise<readonly StepId[]> {
    throw new Error(`being written: ${runId} ${request.by} ${signal.aborted}`);
  }
}
