import type { NewEvent } from '../../domain/journal/entry.ts';
import { releaseStream } from '../../domain/journal/streams.ts';
import type { ReleaseState } from '../../domain/release/release-state.ts';
import { decideAgain } from '../journal/decide-again.ts';
import type { HeldLease } from '../lease/hold-lease.ts';
import { loadRelease } from './load-release.ts';
import type { Actor, ReleaseWorld } from './release-world.ts';

export interface Recording {
  /** Lease `run/<id>`: nobody else moves the release on. */
  readonly held: HeldLease;
  readonly actor: Actor;
}

/**
 * Records what has happened to a release: a fact that stays true whatever people say at its gates meanwhile, who are the
 * only ones that append beside the holder of its lease. What depends on their words is appended with the sequence it was
 * decided from instead: see `recordDecided`.
 */
export async function recordFact(
  world: Pick<ReleaseWorld, 'journal' | 'clock'>,
  id: string,
  recording: Recording,
  event: NewEvent,
): Promise<ReleaseState> {
  return await decideAgain(
    async () => await recordDecided(world, await loadRelease(world.journal, id), recording, event),
  );
}

/** Records what was decided from this state. @throws {JournalConflictError} somebody added a fact: decide again. */
export async function recordDecided(
  world: Pick<ReleaseWorld, 'journal' | 'clock'>,
  release: ReleaseState,
  { held, actor }: Recording,
  event: NewEvent,
): Promise<ReleaseState> {
  await world.journal.append({
    by: actor.login,
    at: world.clock.now(),
    leases: [held.guard],
    writes: [{ stream: releaseStream(release.id), expectedSeq: release.seq, events: [event] }],
  });
  return await loadRelease(world.journal, release.id);
}
