import { stepFailure } from '../../domain/failure/failure-classes.ts';
import type { StepFailure } from '../../domain/failure/step-failure.ts';
import { filesOfTree } from '../../domain/run/made-files.ts';
import type { StepResult } from '../../domain/run/step-result.ts';
import type { BuildWork, StepWork } from '../../domain/run/step-work.ts';
import { formatDuration } from '../../kernel/format-duration.ts';
import type { Sha256 } from '../../kernel/ids.ts';
import { toInstant } from '../../kernel/instant.ts';
import { type IngestPlace, ingestPackages } from './ingest-packages.ts';
import type { RunWorld } from './run-world.ts';

export interface MakePlace extends IngestPlace {
  readonly baseDir: string;
}

type Made = StepResult | StepFailure;
type InProcessWork = Exclude<StepWork, { kind: 'script' }>;

/**
 * Does the work of a step in this process, from the store into the store. Done again after a crash it gives the same.
 * @throws {SlipwayError} what the ports throw: a source, an input, an option that is not as it should be.
 */
export async function makeStep(
  world: RunWorld,
  work: InProcessWork,
  place: MakePlace,
  signal: AbortSignal,
): Promise<Made> {
  switch (work.kind) {
    case 'fetch': {
      const { tree, ...source } = await world.sources.fetch(work.source, work.from, place.baseDir, signal);
      return { files: [], tree, values: {}, source };
    }
    case 'take':
      return await take(world, work.tree, place);
    case 'build':
      return await withinTime(world, work.timeoutMs, place, signal, (inTime) => build(world, work.request, inTime));
  }
}

async function take(world: RunWorld, tree: Sha256, place: MakePlace): Promise<Made> {
  const found = filesOfTree(await world.trees.readTree(tree), place);
  if ('class' in found) return found;
  const files = await ingestPackages(world, found, place);
  return 'class' in files ? files : { files, tree, values: {} };
}

async function build(world: RunWorld, request: BuildWork, signal: AbortSignal): Promise<StepResult> {
  const { fileName, sha256, sizeBytes, facts } = await world.builder.build(request, signal);
  const { sha256: tree } = await world.trees.storeTree([{ path: fileName, mode: 0o644, sha256, sizeBytes }]);
  return { files: [{ fileName, path: fileName, sha256, sizeBytes, facts }], tree, values: {} };
}

/** Ends the work when its time is over: that is a failure of the step, not of the caller. */
async function withinTime(
  world: RunWorld,
  timeoutMs: number,
  place: MakePlace,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<Made>,
): Promise<Made> {
  const late = new AbortController();
  const over = new AbortController();
  const until = toInstant(world.clock.now() + timeoutMs);
  const alarm = world.clock.sleepUntil(until, over.signal).then(() => {
    if (!over.signal.aborted) late.abort();
  });
  try {
    return await work(AbortSignal.any([signal, late.signal]));
  } catch (error) {
    if (!late.signal.aborted || signal.aborted) throw error;
    // Whatever the builder says when it is interrupted: it was interrupted because its time was over.
    return stepFailure('STEP_TIMEOUT', place, `Building it took longer than ${formatDuration(timeoutMs)}.`);
  } finally {
    over.abort();
    await alarm;
  }
}
