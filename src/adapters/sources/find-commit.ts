import { SourceGitError } from '../../ports/source-error.ts';
import { type GitPlace, runGit } from './run-git.ts';
import { shownUrl } from './shown-url.ts';

export interface FoundCommit {
  readonly commit: string;
  readonly warnings: readonly string[];
}

/**
 * Brings the commit of a branch, tag or hash into our repository, alone where the server allows it.
 * A tag wins over a branch of the same name, as in git itself, and that is said.
 */
export async function findCommit(place: GitPlace, ref: string | undefined): Promise<FoundCommit> {
  const wanted = ref === undefined ? ['HEAD'] : candidatesOf(ref);
  const listing = (await runGit(place, ['ls-remote', '--', place.repository, ...wanted])).toString('utf8');
  // ls-remote matches the end of a name: `refs/tags/v1` also finds `refs/old/refs/tags/v1`.
  const there = wanted.filter((name) => listing.split('\n').some((line) => line.split('\t')[1] === name));
  const [best, ...others] = there;
  if (best !== undefined) {
    const commit = await fetchOnly(place, best);
    const warning = `${ref} is a tag and a branch of ${shownUrl(place.repository)}; the tag was taken.`;
    return { commit, warnings: others.length === 0 ? [] : [warning] };
  }
  if (ref !== undefined && /^[0-9a-f]{7,64}$/.test(ref)) return { commit: await fetchHash(place, ref), warnings: [] };
  const what = ref === undefined ? 'has no default branch' : `has no branch, tag or commit ${ref}`;
  const remedy = 'Write a ref that "git ls-remote URL" shows.';
  throw new SourceGitError(place.asking.source, `${shownUrl(place.repository)} ${what}`, remedy);
}

const candidatesOf = (ref: string): string[] =>
  ref.startsWith('refs/') || ref === 'HEAD' ? [ref] : [`refs/tags/${ref}`, `refs/heads/${ref}`];

async function fetchOnly(place: GitPlace, name: string): Promise<string> {
  await fetchInto(place, ['--depth=1', '--no-tags'], [name]);
  // Not the hash of the listing: a branch may have moved in between, and this is what we have.
  return resolveCommit(place, 'FETCH_HEAD');
}

/** Not every server gives a commit that no ref names by its hash; then all of its history is looked through. */
async function fetchHash(place: GitPlace, hash: string): Promise<string> {
  if (hash.length === 40 || hash.length === 64) {
    try {
      await fetchInto(place, ['--depth=1', '--no-tags'], [hash]);
      return await resolveCommit(place, hash);
    } catch (error) {
      if (!(error instanceof SourceGitError) || place.asking.signal.aborted) throw error;
      // Refused, or not there: the whole history decides, and its failure is the one to show.
    }
  }
  await fetchInto(place, [], ['+refs/heads/*:refs/heads/*', '+refs/tags/*:refs/tags/*']);
  return resolveCommit(place, hash);
}

async function fetchInto(place: GitPlace, options: readonly string[], refs: readonly string[]): Promise<void> {
  const quiet = ['--quiet', '--no-recurse-submodules', '--no-auto-maintenance', '--no-write-commit-graph'];
  await runGit(place, ['fetch', ...quiet, ...options, '--', place.repository, ...refs]);
}

async function resolveCommit(place: GitPlace, name: string): Promise<string> {
  const commit = await runGit(place, [
    'rev-parse',
    '--verify',
    '--quiet',
    '--end-of-options',
    `${name}^{commit}`,
  ]).catch((cause: unknown) => {
    if (!(cause instanceof SourceGitError)) throw cause;
    const problem = `${shownUrl(place.repository)} has no branch, tag or commit ${name}`;
    throw new SourceGitError(place.asking.source, problem, 'Write a ref that "git ls-remote URL" shows.', { cause });
  });
  return commit.toString('utf8').trim();
}
