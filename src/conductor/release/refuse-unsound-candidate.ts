import { refuseOtherChange } from '../../domain/release/refuse-other-change.ts';
import { CandidateExpiredError } from '../../domain/release/release-errors.ts';
import type { ReleaseState } from '../../domain/release/release-state.ts';
import type { ChannelView } from '../pointer/view-channel.ts';

/**
 * Phase 2: compares the index of the sealed candidate with what users see: exactly the change of the approved plan, nothing
 * lost, nothing brought along. Then reads every digest back from disk.
 * @throws {CandidateExpiredError} a file is missing or damaged.
 * @throws {IndexChangeError} naming the entries.
 */
export async function refuseUnsoundCandidate(release: ReleaseState, { origin, current }: ChannelView): Promise<void> {
  const { candidate, plan } = release;
  if (candidate === undefined) return;
  const sealed = await origin.generation(plan.channel, candidate.generation.number);
  refuseOtherChange(release, candidate, current?.repositories ?? {}, sealed);
  for await (const { path, problem } of origin.audit(plan.channel, candidate.generation.number)) {
    throw new CandidateExpiredError(
      `Generation ${candidate.generation.number} of ${plan.channel} is not sound: ${path}: ${problem}. Nothing was promoted.`,
      `Stage it again: "slipway stage ${release.id}".`,
    );
  }
}
