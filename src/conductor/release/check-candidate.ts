import { CandidateExpiredError, IndexChangeError } from '../../domain/release/release-errors.ts';
import type { Candidate, ReleaseState } from '../../domain/release/release-state.ts';
import { channelRepositories } from '../../domain/repository/channel-repositories.ts';
import { diffContent, EMPTY_CONTENT } from '../../domain/repository/plan-change.ts';
import { canonicalJson } from '../../kernel/json.ts';
import type { SealedGeneration } from '../../ports/origin.ts';
import type { ChannelView } from './channel-view.ts';
import { changeRows } from './stage-release.ts';

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
  refuseOtherChange(release, candidate, current, sealed);
  for await (const { path, problem } of origin.audit(plan.channel, candidate.generation.number)) {
    throw new CandidateExpiredError(
      `Generation ${candidate.generation.number} of ${plan.channel} is not sound: ${path}: ${problem}. Nothing was promoted.`,
      `Stage it again: "slipway stage ${release.id}".`,
    );
  }
}

function refuseOtherChange(
  release: ReleaseState,
  candidate: Candidate,
  current: SealedGeneration | undefined,
  sealed: SealedGeneration,
): void {
  const { plan } = release;
  const inChannel = channelRepositories(release.config, plan.channel);
  const repositories = Object.entries(inChannel);
  const found = changeRows(
    repositories.map(([name, { type }]) => {
      const [before, after] = [current?.repositories[name], sealed.repositories[name]];
      return diffContent(name, type, before ?? EMPTY_CONTENT, after ?? EMPTY_CONTENT);
    }),
  );
  const approved = plan.targets.flatMap((target) => target.change);
  const isSealed = sealed.digest === candidate.generation.digest;
  if (isSealed && canonicalJson(found) === canonicalJson(approved)) return;
  const wrong = found.flatMap((row) => [
    ...row.removed.map((entry) => `${row.repository} would lose ${entry}`),
    ...row.changed.map((entry) => `${row.repository} would change ${entry}`),
    ...row.added
      .filter((entry) => !isApproved(approved, row.repository, entry))
      .map((entry) => `${row.repository} would bring ${entry}`),
  ]);
  const missing = approved.flatMap((row) =>
    row.added
      .filter((entry) => !isApproved(found, row.repository, entry))
      .map((entry) => `${row.repository} would lack ${entry}`),
  );
  const told = [...wrong, ...missing];
  if (told.length === 0) told.push('its generation.json is not the one that was sealed');
  throw new IndexChangeError(
    `The staged index of ${release.id} is not the change that its plan names: ${told.join('; ')}. Nothing was promoted.`,
    `Find out who wrote generation ${candidate.generation.number}, then "slipway stage ${release.id}".`,
  );
}

function isApproved(
  approved: readonly { readonly repository: string; readonly added: readonly string[] }[],
  repository: string,
  entry: string,
): boolean {
  return approved.some((row) => row.repository === repository && row.added.includes(entry));
}
