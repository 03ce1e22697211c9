import { createHash } from 'node:crypto';
import type { Entry } from '../../domain/journal/entry.ts';
import type { EventOf } from '../../domain/journal/event-definition.ts';
import { newEvent } from '../../domain/journal/event-definition.ts';
import { channelStream } from '../../domain/journal/streams.ts';
import { ClockBehindError } from '../../domain/release/release-errors.ts';
import type { GenerationRef } from '../../domain/release/release-state.ts';
import { CHANNEL_EVENTS } from '../../domain/repository/channel-events.ts';
import type { ListedPackage, RepositoryContent } from '../../domain/repository/generation.ts';
import { dateWaitMs, nextDate } from '../../domain/repository/generation-date.ts';
import { type Instant, toInstant } from '../../kernel/instant.ts';
import type { Origin, PublishingSettings, SealedGeneration } from '../../ports/origin.ts';
import { recordRetrying } from '../journal/record-retrying.ts';
import type { ReleaseWorld } from './release-world.ts';

export interface GenerationRequest {
  readonly channel: string;
  readonly purpose: 'candidate' | 'rebase' | 'undo';
  readonly release: string;
  /** Plan number of a candidate, promotion number of an undo. */
  readonly for: number;
  readonly parent: SealedGeneration | undefined;
  /** What the release itself brings. */
  readonly packages: readonly ListedPackage[];
  readonly contents: Readonly<Record<string, RepositoryContent>>;
  readonly lease: { readonly name: string; readonly epoch: number };
  readonly by: string;
}

type ChannelEvent = EventOf<typeof CHANNEL_EVENTS>;
type Numbered = Extract<ChannelEvent, { type: 'generation.numbered' }>['data'];

/** A clock that is behind by more than this was set back: that is told, not waited for. */
const LONGEST_WAIT_MS = 60_000;

/**
 * Numbers a generation in the journal, writes and seals it. Asked again after a crash it goes on with the number it was
 * given: the same request gives the same bytes. A package that was built anew with other bytes is another request.
 * @throws {ClockBehindError} the generation it grows from is dated in the future.
 */
export async function makeGeneration(
  world: ReleaseWorld,
  origin: Origin,
  settings: PublishingSettings,
  request: GenerationRequest,
): Promise<SealedGeneration> {
  const { numbered, position } = await takeNumber(world, request);
  await waitForDate(world, request.channel, toInstant(numbered.date));
  const sealed = await origin.write(
    {
      channel: request.channel,
      number: numbered.number,
      parent: request.parent?.number ?? null,
      release: request.release,
      date: toInstant(numbered.date),
      journal: { id: world.journal.id, position },
      repositories: request.contents,
    },
    settings,
  );
  await recordSealed(world, request, sealed);
  return sealed;
}

/** A generation may not be dated more than 5 s ahead: apt refuses a `Date` over 10 s ahead (packaging 5). */
async function waitForDate({ clock }: ReleaseWorld, channel: string, date: Instant): Promise<void> {
  const waitMs = dateWaitMs(date, clock.now());
  if (waitMs > LONGEST_WAIT_MS) throw new ClockBehindError(channel, date, clock.now());
  await clock.sleepUntil(toInstant(clock.now() + waitMs));
}

async function takeNumber(
  world: ReleaseWorld,
  request: GenerationRequest,
): Promise<{ numbered: Numbered; position: number }> {
  const stream = channelStream(request.channel);
  const asked = {
    purpose: request.purpose,
    release: request.release,
    for: request.for,
    parent: request.parent === undefined ? null : { number: request.parent.number, digest: request.parent.digest },
    packages: digestOf(request.packages),
  };
  return await recordRetrying(world.journal, stream, async (entries, append) => {
    const given = entries.findLast((entry) => isSameRequest(entry, asked));
    if (given !== undefined) return { numbered: given.data as unknown as Numbered, position: given.position };

    const last = entries.findLast((entry) => entry.type === 'generation.numbered');
    const date = nextDate(world.clock.now(), request.parent?.date);
    if (dateWaitMs(date, world.clock.now()) > LONGEST_WAIT_MS) {
      throw new ClockBehindError(request.channel, date, world.clock.now());
    }
    const number = ((last?.data as unknown as Numbered | undefined)?.number ?? 0) + 1;
    const numbered: Numbered = { ...asked, number, date };
    const [entry] = await append({
      by: request.by,
      at: world.clock.now(),
      events: [newEvent(CHANNEL_EVENTS, 'generation.numbered', numbered)],
      leases: [request.lease],
    });
    return { numbered, position: entry?.position ?? 0 };
  });
}

function digestOf(packages: readonly ListedPackage[]): string {
  const rows = packages.map(({ fileName, sha256, signature }) => `${sha256} ${signature ?? '-'} ${fileName}\n`).sort();
  return createHash('sha256').update(rows.join('')).digest('hex');
}

function isSameRequest(entry: Entry, asked: Omit<Numbered, 'number' | 'date'>): boolean {
  if (entry.type !== 'generation.numbered') return false;
  const data = entry.data as unknown as Numbered & { readonly parent: GenerationRef | null };
  return (
    data.release === asked.release &&
    data.purpose === asked.purpose &&
    data.for === asked.for &&
    data.packages === asked.packages &&
    data.parent?.number === asked.parent?.number &&
    data.parent?.digest === asked.parent?.digest
  );
}

async function recordSealed(world: ReleaseWorld, request: GenerationRequest, sealed: SealedGeneration): Promise<void> {
  await recordRetrying(world.journal, channelStream(request.channel), async (entries, append) => {
    const isThere = entries.some(
      (entry) => entry.type === 'generation.sealed' && entry.data['number'] === sealed.number,
    );
    if (isThere) return;
    const event = newEvent(CHANNEL_EVENTS, 'generation.sealed', { number: sealed.number, digest: sealed.digest });
    await append({ by: request.by, at: world.clock.now(), events: [event], leases: [request.lease] });
  });
}
