import { runStream } from '../../domain/journal/streams.ts';
import { HeldElsewhereError } from '../../domain/release/release-errors.ts';
import { type HeldLease, holdLease } from '../lease/hold-lease.ts';
import type { ReleaseWorld } from './release-world.ts';

/**
 * Conducts a release: whoever holds lease `run/<id>` does, and nobody else (architecture 3).
 * @throws {HeldElsewhereError} another process does, and which.
 */
export async function withRunLease<Result>(
  world: ReleaseWorld,
  release: string,
  conduct: (held: HeldLease) => Promise<Result>,
): Promise<Result> {
  const held = await holdLease(world, runStream(release));
  if (held === undefined) {
    const holder = (await world.journal.leaseHolder(runStream(release)))?.holder;
    const who = holder === undefined ? 'Another process' : `Process ${holder.pid} on ${holder.host}`;
    throw new HeldElsewhereError(
      `${who} is working on ${release}.`,
      `Watch it with "slipway status ${release}", or end it with "slipway cancel ${release} --reason TEXT".`,
    );
  }
  try {
    return await conduct(held);
  } finally {
    await held.release();
  }
}
