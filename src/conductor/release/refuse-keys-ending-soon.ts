import type { ResolvedConfig } from '../../domain/config/resolved-config.ts';
import { stepsOfLine } from '../../domain/release/steps-of-line.ts';
import { channelRepositories } from '../../domain/repository/channel-repositories.ts';
import { classifyKeyExpiry, type KeyExpiry, requireKeyOutlives } from '../../domain/signing/key-expiry.ts';
import { toInstant } from '../../kernel/instant.ts';
import type { ReleaseWorld } from './release-world.ts';

/** Something a person should know before going on. An `error` is urgent: little time is left. */
export interface PlanWarning {
  readonly severity: 'warning' | 'error';
  /** `signing.gpg`. */
  readonly path: string;
  readonly says: string;
}

/**
 * Reads every signing key the line's channel needs, so that a wrong key is found before a version is spent.
 * @returns keys of the channel, and of the line's packages, that end soon.
 * @throws {SigningKeyError} what is wrong with a key. @throws {KeyEndsTooSoonError} it ends before promote + keep.
 */
export async function refuseKeysEndingSoon(
  world: ReleaseWorld,
  config: ResolvedConfig,
  line: string,
): Promise<readonly PlanWarning[]> {
  const lineConfig = config.lines[line];
  if (lineConfig === undefined) return [];
  const { signers } = await world.publishing(config);
  const now = world.clock.now();
  const deadlineMs = stepsOfLine(config, line).find((step) => step.uses === 'promote')?.deadlineMs ?? 0;
  const promoteAt = toInstant(now + deadlineMs);
  const repositories = Object.values(channelRepositories(config, lineConfig.channel));
  for (const { sign, keepMs } of repositories) {
    const signing = signers[sign];
    if (signing !== undefined) requireKeyOutlives(sign, signing.key, { promoteAt, keepMs });
  }
  const inUse = [
    ...repositories.map(({ sign }) => sign),
    ...lineConfig.packages.map((name) => config.packages[name]?.sign),
  ];
  return [...new Set(inUse)].flatMap((name) => {
    const signing = name === undefined ? undefined : signers[name];
    return signing === undefined ? [] : warningOf(`signing.${name}`, classifyKeyExpiry(signing.key, now));
  });
}

const warningOf = (path: string, expiry: KeyExpiry): readonly PlanWarning[] =>
  expiry.severity === 'none' ? [] : [{ severity: expiry.severity, path, says: expiry.says }];
