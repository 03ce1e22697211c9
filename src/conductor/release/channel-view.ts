import type { ResolvedConfig } from '../../domain/config/resolved-config.ts';
import { JournalOutrunError } from '../../domain/release/release-errors.ts';
import type { Origin, SealedGeneration } from '../../ports/origin.ts';
import type { ReleaseWorld } from './release-world.ts';

export interface ChannelView {
  readonly origin: Origin;
  /** What users see; undefined before the first promotion. */
  readonly current: SealedGeneration | undefined;
}

/**
 * What users of a channel see now.
 * @throws {JournalOutrunError} another journal, or a later state of this one, wrote it: nothing may be written on top.
 */
export async function viewChannel(world: ReleaseWorld, config: ResolvedConfig, channel: string): Promise<ChannelView> {
  const origin = world.origin(config);
  const pointer = await origin.current(channel);
  if (pointer === undefined) return { origin, current: undefined };

  const current = await origin.generation(channel, pointer.number);
  const head = await world.journal.head();
  if (current.journal.id !== world.journal.id) {
    throw new JournalOutrunError(
      `Channel ${channel} shows generation ${current.number}, written by journal ${current.journal.id}; this one is ${world.journal.id}. Nothing was written.`,
      'Use the journal that wrote it (--state), or publish to an origin of its own.',
    );
  }
  if (current.journal.position > head) {
    throw new JournalOutrunError(
      `Channel ${channel} shows generation ${current.number}, written at position ${current.journal.position}, but this journal ends at ${head}: it is older than its origin. Nothing was written.`,
      'Bring the journal back from its latest backup, or use the one that wrote the origin (--state).',
    );
  }
  return { origin, current };
}
