import { failureOfError, failureOfExit, stepFailure } from '../../domain/failure/failure-classes.ts';
import type { StepFailure } from '../../domain/failure/step-failure.ts';
import {
  cleanedReceipt,
  collectedReceipt,
  exitedReceipt,
  failedReceipt,
  lostReceipt,
  madeReceipt,
  type Receipt,
  startedReceipt,
} from '../../domain/run/receipts.ts';
import type { EffectAction } from '../../domain/run/run-action.ts';
import type { PlannedRun } from '../../domain/run/run-plan.ts';
import type { StepResult } from '../../domain/run/step-result.ts';
import { workDigest } from '../../domain/run/step-work.ts';
import type { StepId } from '../../kernel/ids.ts';
import { SlipwayError } from '../../kernel/slipway-error.ts';
import { isSystemError } from '../../kernel/system-error.ts';
import { ingestPackages } from './ingest-packages.ts';
import { lastLines } from './last-lines.ts';
import { type MakePlace, makeStep } from './make-step.ts';
import type { RunWorld } from './run-world.ts';

/** The run an effect belongs to. */
export interface Acting {
  readonly world: RunWorld;
  readonly plan: PlannedRun;
}

type Effect<Kind extends EffectAction['do']> = Extract<EffectAction, { do: Kind }>;

const NOTHING: Receipt = () => [];

/** Does one thing in the world. @returns its receipt: what to record about it. */
export async function act(acting: Acting, effect: EffectAction, signal: AbortSignal): Promise<Receipt> {
  const { world } = acting;
  switch (effect.do) {
    case 'make':
      return await make(acting, effect, signal);
    case 'start':
      return await start(acting, effect);
    case 'call-off':
      return await callOff(acting, effect);
    case 'watch':
      return await watch(acting, effect, signal);
    case 'stop':
      await world.executor.stop(effect.attempt, effect.reason);
      return NOTHING; // whoever watches the attempt records its exit
    case 'collect':
      return await collect(acting, effect);
    case 'conclude':
      return await conclude(acting, effect, signal);
    case 'clean-up':
      return await cleanUp(acting, effect);
    case 'sleep':
      await world.clock.sleepUntil(effect.until, signal);
      return NOTHING; // time itself is the news
  }
}

async function make({ world, plan }: Acting, { step, work }: Effect<'make'>, signal: AbortSignal): Promise<Receipt> {
  const place = placeOf(plan, step);
  const made = await orFailure(place, signal, () => makeStep(world, work, place, signal));
  return madeReceipt(step, workDigest(work), made);
}

async function start({ world, plan }: Acting, { step, spec }: Effect<'start'>): Promise<Receipt> {
  const failure = await orFailure(placeOf(plan, step), undefined, async () => {
    await world.executor.start(spec);
    return undefined;
  });
  return failure === undefined ? startedReceipt(step, spec.name) : failedReceipt(step, spec.name, failure);
}

/** An attempt that was asked for and is not wanted any more: it may have begun, or never can after this. */
async function callOff({ world }: Acting, { step, attempt, reason }: Effect<'call-off'>): Promise<Receipt> {
  await world.executor.stop(attempt, reason);
  const sighting = await world.executor.lookup(attempt);
  if (sighting.state === 'exited') return exitedReceipt(step, attempt, sighting.exit, sighting);
  const now = world.clock.now();
  return exitedReceipt(step, attempt, { how: 'stopped', reason }, { startedAt: now, endedAt: now });
}

async function watch({ world }: Acting, { step, attempt }: Effect<'watch'>, signal: AbortSignal): Promise<Receipt> {
  const sighting = await world.executor.wait(attempt, signal);
  if (sighting.state === 'exited') {
    const { exit, startedAt, endedAt } = sighting;
    return exitedReceipt(step, attempt, exit, { startedAt, endedAt });
  }
  // Its supervisor is gone; a command of it may still be there, and must not meet the next attempt.
  await world.executor.stop(attempt, 'its supervisor is gone');
  return lostReceipt(step, attempt, () => world.clock.now());
}

async function collect({ world, plan }: Acting, { step, spec, makes }: Effect<'collect'>): Promise<Receipt> {
  const place = placeOf(plan, step);
  const made = await orFailure(place, undefined, async (): Promise<StepResult | StepFailure> => {
    const { files: found, values } = await world.executor.collect(spec);
    if (makes === 'files') {
      const { sha256: tree } = await world.trees.storeTree(found);
      const files = found.map(({ path, sha256, sizeBytes }) => ({
        fileName: path,
        path,
        sha256,
        sizeBytes,
        facts: null,
      }));
      return { files, tree, values };
    }
    const files = await ingestPackages(world, found, place);
    if ('class' in files) return files;
    // Steps that take a package in find it at ./<name>/<file>, wherever the step that made it had put it.
    const flat = files.map(({ fileName, sha256, sizeBytes }, i) => ({
      path: fileName,
      mode: found[i]?.mode ?? 0o644,
      sha256,
      sizeBytes,
    }));
    return { files, tree: (await world.trees.storeTree(flat)).sha256, values };
  });
  return collectedReceipt(step, spec.name, made);
}

async function conclude(
  { world, plan }: Acting,
  { step, attempt, exit }: Effect<'conclude'>,
  signal: AbortSignal,
): Promise<Receipt> {
  const place = placeOf(plan, step);
  const failure = failureOfExit(exit, place) ?? stepFailure('UNKNOWN', place, 'It ended well and yet did not succeed.');
  const last = await orFailure(placeOf(plan, step), signal, () => lastLines(world.executor, attempt, signal));
  signal.throwIfAborted(); // cut off, they would stand in the journal for ever
  // A log that cannot be read takes nothing away from the failure.
  return failedReceipt(step, attempt, 'class' in last ? failure : { ...failure, lastLines: last });
}

/** A folder that cannot be removed is told and left: the step has succeeded all the same. */
async function cleanUp({ world, plan }: Acting, { step, attempt }: Effect<'clean-up'>): Promise<Receipt> {
  const problem = await orFailure(placeOf(plan, step), undefined, async () => {
    await world.executor.cleanUp(attempt);
    return undefined;
  });
  return cleanedReceipt(step, attempt, problem?.sentence);
}

const placeOf = ({ release, baseDir, version, revision }: PlannedRun, step: StepId): MakePlace => ({
  run: release,
  step,
  baseDir,
  version,
  revision,
});

/** What a port refuses is news about the step. So is what the system says; a mistake of our own is not, and passes through. */
async function orFailure<Made>(
  place: { readonly run: string; readonly step: string },
  signal: AbortSignal | undefined,
  work: () => Promise<Made>,
): Promise<Made | StepFailure> {
  try {
    return await work();
  } catch (error) {
    if (signal?.aborted === true) throw error;
    if (error instanceof SlipwayError) return failureOfError(error);
    if (isSystemError(error)) return stepFailure('UNKNOWN', place, `The system says: ${error.message}.`);
    throw error;
  }
}
