import type { Entry } from '../../domain/journal/entry.ts';
import type { EventOf } from '../../domain/journal/event-definition.ts';
import { newEvent } from '../../domain/journal/event-definition.ts';
import type { GenerationRef } from '../../domain/release/release-state.ts';
import { CHANNEL_EVENTS } from '../../domain/repository/channel-events.ts';
import type { RepositoryContent } from '../../domain/repository/generation.ts';
import { nextDate } from '../../domain/repository/generation-date.ts';
import { toInstant } from '../../kernel/instant.ts';
import type { Origin, PublishingSettings, SealedGeneration } from '../../ports/origin.ts';
import { recordRetrying } from './record.ts';
import type { ReleaseWorld } from './release-world.ts';

export interface GenerationRequest {
  readonly channel: string;
  readonly purpose: 'candidate' | 'rebase' | 'undo';
  readonly release: string;
  /** Plan number of a candidate, promotion number of an undo. */
  readonly for: number;
  readonly parent: SealedGeneration | undefined;
  /** The date must be later than this generation's, the parent's besides: an undo follows the candidate it takes back. */
  readonly after?: SealedGeneration;
  readonly contents: Readonly<Record<string, RepositoryContent>>;
  readonly lease: { readonly name: string; readonly epoch: number };
  readonly by: string;
}

type ChannelEvent = EventOf<typeof CHANNEL_EVENTS>;
type Numbered = Extract<ChannelEvent, { type: 'generation.numbered' }>['data'];

/** How far ahead of now a generation may be dated: apt refuses a `Date` more than 10 s ahead (packaging 5). */
const AHEAD_MS = 5000;

/**
 * Numbers a generation in the journal, writes and seals it. Asked again after a crash it goes on with the number it was
 * given: the same request gives the same bytes.
 */
export async function makeGeneration(
  world: ReleaseWorld,
  origin: Origin,
  settings: PublishingSettings,
  request: GenerationRequest,
): Promise<SealedGeneration> {
  const { numbered, position } = await takeNumber(world, request);
  const date = toInstant(numbered.date);
  await world.clock.sleepUntil(toInstant(date - AHEAD_MS));
  const sealed = await origin.write(
    {
      channel: request.channel,
      number: numbered.number,
      parent: request.parent?.number ?? null,
      release: request.release,
      date,
      journal: { id: world.journal.id, position },
      repositories: request.contents,
    },
    settings,
  );
  await recordSealed(world, request, sealed);
  return sealed;
}

const streamOf = (channel: string): string => `channel/${channel}`;

async function takeNumber(
  world: ReleaseWorld,
  request: GenerationRequest,
): Promise<{ numbered: Numbered; position: number }> {
  const stream = streamOf(request.channel);
  const parent = request.parent && { number: request.parent.number, digest: request.parent.digest };
  return await recordRetrying(world.journal, stream, async (entries, append) => {
    const given = entries.findLast((entry) => isSameRequest(entry, request, parent));
    if (given !== undefined) return { numbered: given.data as unknown as Numbered, position: given.position };

    const last = entries.findLast((entry) => entry.type === 'generation.numbered');
    const earlier = Math.max(request.parent?.date ?? 0, request.after?.date ?? 0);
    const numbered: Numbered = {
      number: ((last?.data as unknown as Numbered | undefined)?.number ?? 0) + 1,
      purpose: request.purpose,
      release: request.release,
      for: request.for,
      parent: parent ?? null,
      date: nextDate(world.clock.now(), earlier === 0 ? undefined : toInstant(earlier)),
    };
    const [entry] = await append({
      by: request.by,
      at: world.clock.now(),
      events: [newEvent(CHANNEL_EVENTS, 'generation.numbered', numbered)],
      leases: [request.lease],
    });
    return { numbered, position: entry?.position ?? 0 };
  });
}

function isSameRequest(entry: Entry, request: GenerationRequest, parent: GenerationRef | undefined): boolean {
  if (entry.type !== 'generation.numbered') return false;
  const data = entry.data as unknown as Numbered;
  return (
    data.release === request.release &&
    data.purpose === request.purpose &&
    data.for === request.for &&
    data.parent?.digest === parent?.digest
  );
}

async function recordSealed(world: ReleaseWorld, request: GenerationRequest, sealed: SealedGeneration): Promise<void> {
  await recordRetrying(world.journal, streamOf(request.channel), async (entries, append) => {
    const isThere = entries.some(
      (entry) => entry.type === 'generation.sealed' && entry.data['number'] === sealed.number,
    );
    if (isThere) return;
    const event = newEvent(CHANNEL_EVENTS, 'generation.sealed', { number: sealed.number, digest: sealed.digest });
    await append({ by: request.by, at: world.clock.now(), events: [event], leases: [request.lease] });
  });
}
