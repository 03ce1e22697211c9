import type { NewEvent } from '../../domain/journal/entry.ts';
import { newEvent } from '../../domain/journal/event-definition.ts';
import { stepsOfGoal } from '../../domain/run/next-run-actions.ts';
import type { RunGoal } from '../../domain/run/run-action.ts';
import { RUN_EVENTS } from '../../domain/run/run-events.ts';
import type { RunState } from '../../domain/run/run-state.ts';
import { type Standing, standings } from '../../domain/run/step-standing.ts';
import type { Sha256, StepId } from '../../kernel/ids.ts';
import { ArtifactDamagedError } from '../../ports/artifact-store-error.ts';
import type { RunWorld } from './run-world.ts';

/**
 * Asks the store about every finished step of the goal, before anything is built on it: a step whose files are gone or
 * damaged is done again, and has to give the same bytes. What lies in a source's tree is asked for as long as a step still needs it.
 */
export async function findMissingBytes(
  world: Pick<RunWorld, 'store' | 'trees'>,
  state: RunState,
  goal: RunGoal,
): Promise<readonly NewEvent[]> {
  const standing = standings(state);
  const events: NewEvent[] = [];
  for (const id of stepsOfGoal(state, goal)) {
    const stands = standing.get(id);
    if (stands?.is !== 'done') continue;
    const missing = await missingOf(world, stands, isStillNeeded(state, standing, id));
    if (missing.length > 0)
      events.push(newEvent(RUN_EVENTS, 'step.bytes-missing', { step: id, missing: [...missing] }));
  }
  return events;
}

function isStillNeeded(state: RunState, standing: ReadonlyMap<StepId, Standing>, id: StepId): boolean {
  return state.plan?.steps.some((step) => step.needs.includes(id) && standing.get(step.id)?.is !== 'done') ?? false;
}

async function missingOf(
  { store, trees }: Pick<RunWorld, 'store' | 'trees'>,
  { result }: Extract<Standing, { is: 'done' }>,
  withTree: boolean,
): Promise<readonly Sha256[]> {
  const named = [...new Set([result.tree, ...result.files.map((file) => file.sha256)])];
  const missing = await absent(store, named);
  if (missing.length > 0 || !withTree) return missing;
  const tree = await trees.readTree(result.tree);
  return await absent(
    store,
    tree.flatMap((entry) => ('sha256' in entry ? [entry.sha256] : [])),
  );
}

async function absent(store: RunWorld['store'], names: readonly Sha256[]): Promise<readonly Sha256[]> {
  const missing: Sha256[] = [];
  for (const sha256 of names) if (!(await isSound(store, sha256))) missing.push(sha256);
  return missing;
}

/** There, and still what its name says: damaged bytes are as good as none, and the step that made them can make them again. */
async function isSound(store: RunWorld['store'], sha256: Sha256): Promise<boolean> {
  if ((await store.stat(sha256)) === undefined) return false;
  try {
    for await (const _piece of store.open(sha256)); // reading to the end checks the digest
    return true;
  } catch (cause) {
    if (cause instanceof ArtifactDamagedError) return false;
    throw cause;
  }
}
