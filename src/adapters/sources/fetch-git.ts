import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SourceConfig } from '../../domain/config/resolved-config.ts';
import type { FetchedSource } from '../../ports/source-fetcher.ts';
import { findCommit } from './find-commit.ts';
import { checkRef, repositoryOf } from './git-place.ts';
import type { Asking } from './http-answer.ts';
import { readCommit } from './read-commit.ts';
import { runGit } from './run-git.ts';
import { shownUrl } from './shown-url.ts';
import type { SourceWorld } from './source-world.ts';

/** The files of one commit, without `.git`. The repository is read into a temporary folder and never checked out. */
export async function fetchGit(
  world: SourceWorld,
  asking: Asking,
  { git, ref }: Extract<SourceConfig, { kind: 'git' }>,
  baseDir: string,
): Promise<FetchedSource> {
  const repository = repositoryOf(asking.source, git, baseDir);
  if (ref !== undefined) checkRef(asking.source, ref);
  const gitDir = await mkdtemp(join(tmpdir(), 'slipway-git-'));
  try {
    const place = { asking, gitDir, repository, env: world.env };
    await runGit(place, ['init', '--quiet', '--bare', '--template=', '--', gitDir]);
    const { commit, warnings } = await findCommit(place, ref);
    const content = await readCommit(place, world.store, commit);
    const { sha256 } = await world.trees.storeTree(content.entries);
    const left = content.submodules.map((path) => `The submodule ${path} was left out: only its parent was asked for.`);
    const lfs = content.lfsPointers.map((path) => `${path} is a pointer to Git LFS, not the file itself.`);
    return {
      tree: sha256,
      origin: `git ${shownUrl(repository)} ${ref ?? 'HEAD'} (${commit.slice(0, 7)})`,
      commitEpochS: content.commitEpochS,
      proof: `commit ${commit}`,
      warnings: [...warnings, ...left, ...lfs],
    };
  } finally {
    await rm(gitDir, { recursive: true, force: true });
  }
}
