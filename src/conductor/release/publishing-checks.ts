import type { ResolvedConfig } from '../../domain/config/resolved-config.ts';
import { stepsOfLine } from '../../domain/release/steps-of-line.ts';
import { channelRepositories } from '../../domain/repository/channel-repositories.ts';
import { requireKeyOutlives } from '../../domain/signing/key-expiry.ts';
import { toInstant } from '../../kernel/instant.ts';
import type { ReleaseWorld } from './release-world.ts';

/**
 * Reads every signing key the line's channel needs, so that a wrong key is found before a version is spent.
 * @throws {SigningKeyError} what is wrong with a key. @throws {KeyEndsTooSoonError} it ends before promote + keep.
 */
export async function refuseKeysEndingSoon(world: ReleaseWorld, config: ResolvedConfig, line: string): Promise<void> {
  const lineConfig = config.lines[line];
  if (lineConfig === undefined) return;
  const { signers } = await world.publishing(config);
  const deadlineMs = stepsOfLine(config, line).find((step) => step.uses === 'promote')?.deadlineMs ?? 0;
  const promoteAt = toInstant(world.clock.now() + deadlineMs);
  for (const { sign, keepMs } of Object.values(channelRepositories(config, lineConfig.channel))) {
    const signing = signers[sign];
    if (signing !== undefined) requireKeyOutlives(sign, signing.key, { promoteAt, keepMs });
  }
}
