import { canonicalJson } from '../../kernel/json.ts';
import { channelRepositories } from '../repository/channel-repositories.ts';
import { IndexChangeError } from '../repository/index-change-error.ts';
import { diffContent, EMPTY_CONTENT } from '../repository/plan-change.ts';
import type { Candidate, ReleaseState } from './release-state.ts';
import { approvedChange, type Contents, changeRows } from './staged-change.ts';

/**
 * The sealed candidate differs from what users see by exactly the change of the approved plan: nothing lost, nothing brought
 * along. @throws {IndexChangeError} naming the entries.
 */
export function refuseOtherChange(
  release: ReleaseState,
  candidate: Candidate,
  current: Contents,
  sealed: { readonly digest: string; readonly repositories: Contents },
): void {
  const { plan } = release;
  const inChannel = channelRepositories(release.config, plan.channel);
  const repositories = Object.entries(inChannel);
  const found = changeRows(
    repositories.map(([name, { type }]) => {
      const [before, after] = [current[name], sealed.repositories[name]];
      return diffContent(name, type, before ?? EMPTY_CONTENT, after ?? EMPTY_CONTENT);
    }),
  );
  const approved = approvedChange(plan);
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
