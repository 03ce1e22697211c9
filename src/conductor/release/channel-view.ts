import type { ResolvedConfig } from '../../domain/config/resolved-config.ts';
import { JournalOutrunError } from '../../domain/release/release-errors.ts';
import { channelStream } from '../../domain/repository/channel-events.ts';
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
  await refuseForeign(world, channel, current);
  return { origin, current };
}

/**
 * The journal must hold the very entry that numbered the generation. A copy from before it ends earlier; one that went on
 * by itself since holds something else at that place.
 */
async function refuseForeign({ journal }: ReleaseWorld, channel: string, current: SealedGeneration): Promise<void> {
  const { id, position } = current.journal;
  const shown = `Channel ${channel} shows generation ${current.number}`;
  if (id !== journal.id) {
    throw new JournalOutrunError(
      `${shown}, written by journal ${id}; this one is ${journal.id}. Nothing was written.`,
      'Use the journal that wrote it (--state), or publish to an origin of its own.',
    );
  }
  const [entry] = await journal.readFrom(position - 1, 1);
  const isOurs =
    entry?.position === position &&
    entry.stream === channelStream(channel) &&
    entry.data['number'] === current.number &&
    entry.data['release'] === current.release;
  if (isOurs) return;
  const head = await journal.head();
  const why =
    position > head
      ? `this journal ends at ${head}: it is older than its origin`
      : `position ${position} of this journal says something else: it is an older copy that was written on`;
  throw new JournalOutrunError(
    `${shown}, written at position ${position}, but ${why}. Nothing was written.`,
    'Bring the journal back from its latest backup, or use the one that wrote the origin (--state).',
  );
}
