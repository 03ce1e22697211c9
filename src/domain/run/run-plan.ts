import type { ReleaseId, StepId } from '../../kernel/ids.ts';
import type { Instant } from '../../kernel/instant.ts';
import type { PackageOptions, ResolvedConfig, SourceConfig } from '../config/resolved-config.ts';
import type { ContainerSpec } from './attempt.ts';

/** What a run is asked to do: a release's version and the config as resolved for it. */
export interface RunPlan {
  /** The run has the release's id. */
  readonly release: ReleaseId;
  readonly line: string;
  readonly version: string;
  readonly channel: string;
  readonly revision: number;
  readonly plannedAt: Instant;
  readonly config: ResolvedConfig;
  /** Folder of the config: relative paths of sources begin here. */
  readonly baseDir: string;
  readonly epoch: EpochHints;
  /** Values of the `env.X` that templates name. They are printed in the plan; never secrets. */
  readonly environment: Readonly<Record<string, string>>;
}

/** What SOURCE_DATE_EPOCH may come from besides the sources, in seconds. Those of the first plan count for the whole run. */
export interface EpochHints {
  /** `SOURCE_DATE_EPOCH` of the environment that planned. */
  readonly environmentS?: number;
  /** Time of the commit checked out in the config's repository. */
  readonly configCommitS?: number;
}

/**
 * The run as recorded: everything that decides what is done, so that a conductor that knows nothing but the journal can
 * go on with it. Plain JSON; secrets only as references.
 */
export interface PlannedRun {
  readonly release: ReleaseId;
  readonly project: string;
  readonly line: string;
  readonly version: string;
  readonly channel: string;
  readonly revision: number;
  readonly plannedAt: Instant;
  readonly baseDir: string;
  readonly epoch: EpochHints;
  readonly vars: Readonly<Record<string, string>>;
  readonly environment: Readonly<Record<string, string>>;
  /** What the goal `build` means: the line's packages. */
  readonly packages: readonly StepId[];
  /** In an order in which each comes after what it needs. */
  readonly steps: readonly PlannedStep[];
}

interface PlannedStepBase {
  /** `fetch:<source>`, a package's name, or the `id` of a step of the config. */
  readonly id: StepId;
  /** Steps whose outputs this one takes in or names in a template. */
  readonly needs: readonly StepId[];
}

/** Input name (a folder in the work folder) -> the step that provides it. */
export type PlannedInputs = Readonly<Record<string, StepId>>;

export interface FetchStep extends PlannedStepBase {
  readonly kind: 'fetch';
  readonly source: string;
  readonly from: SourceConfig;
}

/** A package that is a source as it is. */
export interface TakeStep extends PlannedStepBase {
  readonly kind: 'take';
  readonly inputs: PlannedInputs;
}

export interface BuildStep extends PlannedStepBase {
  readonly kind: 'build';
  readonly format: 'deb' | 'tar' | 'zip';
  readonly options: PackageOptions;
  readonly inputs: PlannedInputs;
  readonly timeoutMs: number;
}

/** Scripts on an agent. */
export interface ScriptStep extends PlannedStepBase {
  readonly kind: 'script';
  /** Its outputs are packages (read back, checked), or only kept. */
  readonly makes: 'packages' | 'files';
  readonly inputs: PlannedInputs;
  readonly containers: readonly PlannedContainer[];
  readonly dir?: string;
  readonly outputs: readonly string[];
  readonly timeoutMs: number;
  /** May it run again after its commands had started. */
  readonly idempotent: boolean;
  readonly retry: { readonly attempts: number; readonly delayMs: number; readonly maxDelayMs: number };
}

/** A container of an attempt, the templates of its `env` not yet filled. */
export type PlannedContainer = ContainerSpec;

export type PlannedStep = FetchStep | TakeStep | BuildStep | ScriptStep;
