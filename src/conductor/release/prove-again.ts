import { newEvent } from '../../domain/journal/event-definition.ts';
import { RELEASE_EVENTS } from '../../domain/release/release-events.ts';
import { skipOf } from '../../domain/release/skip.ts';
import { EXIT } from '../../kernel/exit-code.ts';
import type { PromotionRequest } from './promote-release.ts';
import { recordFact } from './record-fact.ts';
import type { ReleaseWorld } from './release-world.ts';
import { failed, type VerbOutcome } from './verb-outcome.ts';
import { askClients, verificationFailure } from './verify-release.ts';

/**
 * Phase 2: what clients proved may be days old, so our own reader, which knows every format, looks at the staged view once
 * more (promotion 5). Who skips `verify` skips this too.
 * @returns the outcome when it saw anything wrong.
 */
export async function proveAgain(
  world: ReleaseWorld,
  { release, run, actor, signal }: PromotionRequest,
): Promise<VerbOutcome | undefined> {
  const generation = release.candidate?.generation;
  if (generation === undefined || skipOf(release, 'verify') !== undefined) return undefined;
  const looking = { view: 'staging', clients: ['reader'] } as const;
  const { evidence } = await askClients(world, release, generation, looking, signal);
  const wrong = evidence.filter((row) => !row.passed);
  if (wrong.length === 0) return undefined;
  const failure = verificationFailure(release, 'promote', wrong);
  const event = newEvent(RELEASE_EVENTS, 'release.failed', failure);
  return failed(await recordFact(world, release.id, { held: run, actor }, event), failure, EXIT.verification);
}
