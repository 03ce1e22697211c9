import { targetStream } from '../../domain/journal/streams.ts';
import { HeldElsewhereError, PointerUnderWayError } from '../../domain/release/release-errors.ts';
import { foldTarget } from '../../domain/repository/target-state.ts';
import { type HeldLease, holdLease } from '../lease/hold-lease.ts';
import type { ReleaseWorld } from '../release/release-world.ts';

/**
 * Works on a channel's pointer under lease `target/<channel>/tree`: one at a time, whatever line they belong to.
 * @throws {HeldElsewhereError} another process does.
 * @throws {PointerUnderWayError} another release's move has no receipt yet: on top of it nobody could say what users saw.
 */
export async function withTarget<Result>(
  world: ReleaseWorld,
  channel: string,
  release: string,
  work: (target: HeldLease) => Promise<Result>,
): Promise<Result> {
  const name = targetStream(channel);
  const held = await holdLease(world, name);
  if (held === undefined) {
    const holder = (await world.journal.leaseHolder(name))?.holder;
    const who = holder === undefined ? 'Another process' : `Process ${holder.pid} on ${holder.host}`;
    throw new HeldElsewhereError(`${who} is moving the pointer of channel ${channel}.`, 'Wait for it, then ask again.');
  }
  try {
    const { flips } = foldTarget(await world.journal.read(targetStream(channel)));
    const open = flips.find(({ receipt, flip }) => receipt === 'none' && flip.release !== release);
    if (open !== undefined) throw new PointerUnderWayError(channel, open.flip.release, open.kind);
    return await work(held);
  } finally {
    await held.release();
  }
}
