import { relative } from 'node:path';
import type { RepositoryConfig } from '../../domain/config/resolved-config.ts';
import type { GenerationPlan, ListedPackage } from '../../domain/repository/generation.ts';
import type { RepositoryRecord } from '../../domain/repository/generation-record.ts';
import type { Signer, SigningKey } from '../../ports/signer.ts';
import type { NewFolder } from './new-folder.ts';
import { ORIGIN_PATHS } from './origin-paths.ts';

/** Everything a writer of one repository needs. */
export interface RepositoryDraft {
  readonly plan: GenerationPlan;
  readonly project: string;
  readonly name: string;
  readonly config: RepositoryConfig;
  /** All packages, sorted; and those the parent generation does not list. */
  readonly packages: readonly ListedPackage[];
  readonly added: readonly ListedPackage[];
  readonly latest: string | undefined;
  /** The repository's URL. */
  readonly url: string;
  readonly signer: Signer;
  readonly key: SigningKey;
  readonly folder: NewFolder;
}

/** What a writer has put into the generation. */
export type WrittenRepository = Pick<RepositoryRecord, 'files' | 'links' | 'carried' | 'namesBase'>;

/** A link from a repository's folder in a generation into its pool; `inside` is a folder of the pool. */
export function poolLink({ plan, name }: RepositoryDraft, inside = ''): string {
  const from = `${ORIGIN_PATHS.generation(plan.channel, plan.number)}/${name}`;
  return relative(from, `${ORIGIN_PATHS.pool(plan.channel, name)}/${inside}`);
}
