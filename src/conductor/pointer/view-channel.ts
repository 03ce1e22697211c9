import type { ResolvedConfig } from '../../domain/config/resolved-config.ts';
import { channelStream, targetStream } from '../../domain/journal/streams.ts';
import { JournalOutrunError, PointerNotOursError } from '../../domain/release/release-errors.ts';
import { foldTarget, hasShown } from '../../domain/repository/target-state.ts';
import type { Origin, SealedGeneration } from '../../ports/origin.ts';
import type { ReleaseWorld } from '../release/release-world.ts';

export interface ChannelView {
  readonly origin: Origin;
  /** What users see; undefined before the first promotion. */
  readonly current: SealedGeneration | undefined;
}

/**
 * What users of a channel see now.
 * @throws {JournalOutrunError} another journal, or a later state of this one, wrote it: nothing may be written on top.
 * @throws {PointerNotOursError} it has shown something, and now there is no pointer: what is built on nothing would lose it all.
 */
export async function viewChannel(world: ReleaseWorld, config: ResolvedConfig, channel: string): Promise<ChannelView> {
  const origin = world.origin(config);
  const pointer = await origin.current(channel);
  if (pointer === undefined) {
    await refuseVanished(world, channel);
    return { origin, current: undefined };
  }

  const current = await origin.generation(channel, pointer.number);
  await refuseForeign(world, channel, current);
  return { origin, current };
}

async function refuseVanished({ journal }: ReleaseWorld, channel: string): Promise<void> {
  const stream = targetStream(channel);
  if (!hasShown(foldTarget(await journal.read(stream)))) return;
  throw new PointerNotOursError(
    `Channel ${channel} has no pointer, and the journal says that it had one ("slipway journal show ${stream}"). Nothing was changed.`,
    'Is the origin mounted, and is origin.path the right folder? Else bring the origin back from its backup: a generation that is built without it would drop every older package.',
  );
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
