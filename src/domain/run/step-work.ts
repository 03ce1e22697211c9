import { createHash } from 'node:crypto';
import type { Sha256, StepId } from '../../kernel/ids.ts';
import { canonicalJson, type JsonValue } from '../../kernel/json.ts';
import { SlipwayError } from '../../kernel/slipway-error.ts';
import type { PackageOptions, SourceConfig } from '../config/resolved-config.ts';
import { failureOfError, stepFailure } from '../failure/failure-classes.ts';
import type { StepFailure } from '../failure/step-failure.ts';
import { plannedPackageVersion } from '../package/version/package-version.ts';
import { fillTemplates } from '../template/fill-template.ts';
import type { AttemptSpec } from './attempt.ts';
import type { BuildStep, PlannedContainer, PlannedRun, PlannedStep, ScriptStep } from './run-plan.ts';
import type { StepResult } from './step-result.ts';
import { templateLookup } from './template-lookup.ts';

/** What a step has to do, with every template filled and every input a digest. */
export type StepWork =
  | { readonly kind: 'fetch'; readonly source: string; readonly from: SourceConfig }
  | { readonly kind: 'take'; readonly tree: Sha256 }
  | { readonly kind: 'build'; readonly request: BuildWork; readonly timeoutMs: number }
  | { readonly kind: 'script'; readonly spec: Omit<AttemptSpec, 'name'>; readonly makes: ScriptStep['makes'] };

export interface BuildWork {
  readonly format: BuildStep['format'];
  readonly options: PackageOptions;
  /** In the format's own notation. */
  readonly version: string;
  readonly inputs: Readonly<Record<string, Sha256>>;
  readonly sourceDateEpochS: number;
}

/** What the work is made from, besides the step's own definition. */
export interface WorkContext {
  readonly plan: PlannedRun;
  readonly resultOf: (step: StepId) => StepResult | undefined;
  readonly inputs: Readonly<Record<string, Sha256>>;
  readonly sourceDateEpochS: number;
}

/** The work of a step whose inputs are all there, or why it cannot be said: an empty template, a version no format takes. */
export function stepWork(
  step: PlannedStep,
  context: WorkContext,
): StepWork | { readonly kind: 'unfit'; readonly failure: StepFailure } {
  const place = { run: context.plan.release, step: step.id };
  const { value: filled, empty } = fillTemplates(templatedPart(step), templateLookup(context.plan, context.resultOf));
  if (empty.length > 0) {
    const paths = empty.map(({ path, why }) => `\${{ ${path} }} (${why})`).join(', ');
    return { kind: 'unfit', failure: stepFailure('TEMPLATE_EMPTY', place, `Without a value: ${paths}.`) };
  }
  try {
    return workOf(withFilled(step, filled), context);
  } catch (error) {
    // A version that the package's format does not know is news about this step, not a reason to stop the others.
    if (error instanceof SlipwayError) return { kind: 'unfit', failure: failureOfError(error) };
    throw error;
  }
}

/** Scripts are never templated: a version must not become code. */
function templatedPart(step: PlannedStep): unknown {
  switch (step.kind) {
    case 'fetch':
      return step.from;
    case 'take':
      return null;
    case 'build':
      return step.options;
    case 'script':
      return step.containers.map(({ env }) => env);
  }
}

function withFilled(step: PlannedStep, filled: unknown): PlannedStep {
  switch (step.kind) {
    case 'fetch':
      return { ...step, from: filled as SourceConfig };
    case 'take':
      return step;
    case 'build':
      return { ...step, options: filled as PackageOptions };
    case 'script': {
      const envs = filled as readonly PlannedContainer['env'][];
      return { ...step, containers: step.containers.map((container, i) => ({ ...container, env: envs[i] ?? {} })) };
    }
  }
}

function workOf(step: PlannedStep, context: WorkContext): StepWork {
  switch (step.kind) {
    case 'fetch':
      return { kind: 'fetch', source: step.source, from: step.from };
    case 'take':
      return { kind: 'take', tree: Object.values(context.inputs)[0] as Sha256 };
    case 'build':
      return { kind: 'build', request: buildWork(step, context), timeoutMs: step.timeoutMs };
    case 'script':
      return { kind: 'script', spec: scriptSpec(step, context), makes: step.makes };
  }
}

function buildWork({ format, options }: BuildStep, { plan, inputs, sourceDateEpochS }: WorkContext): BuildWork {
  const version = plannedPackageVersion(format, plan, options.version);
  return { format, options, version, inputs, sourceDateEpochS };
}

function scriptSpec(step: ScriptStep, { plan, inputs, sourceDateEpochS }: WorkContext): Omit<AttemptSpec, 'name'> {
  return {
    containers: step.containers,
    inputs,
    ...(step.dir === undefined ? {} : { dir: step.dir }),
    outputs: step.outputs,
    timeoutMs: step.timeoutMs,
    sourceDateEpochS,
    variables: {
      SLIPWAY_VERSION: plan.version,
      SLIPWAY_LINE: plan.line,
      SLIPWAY_CHANNEL: plan.channel,
      SLIPWAY_RELEASE: plan.release,
    },
  };
}

/**
 * sha256 of what defines a step: its filled definition, the digests of its inputs, its SOURCE_DATE_EPOCH. A finished step
 * is kept as long as this stays the same. How long it may take is no part of what it makes.
 */
export function workDigest(work: StepWork | PlannedStep): Sha256 {
  const defining = {
    ...work,
    timeoutMs: undefined,
    ...('spec' in work ? { spec: { ...work.spec, timeoutMs: undefined } } : {}),
  };
  return createHash('sha256')
    .update(canonicalJson(defining as unknown as JsonValue))
    .digest('hex') as Sha256;
}
