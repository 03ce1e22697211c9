import { resolve } from 'node:path';
import { SourceGitError } from '../../ports/source-error.ts';
import { shownUrl } from './shown-url.ts';

const PROTOCOLS = ['https', 'http', 'ssh', 'git', 'file'];
/** For GIT_ALLOW_PROTOCOL: git itself refuses the rest as well, also when it is redirected or a setting rewrites the URL. */
export const ALLOWED_PROTOCOLS = PROTOCOLS.join(':');

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROL_OR_SPACE = /[\u0000-\u0020\u007f]/;

/** What git-check-ref-format(1) forbids, a dash in front (an option), and everything that git would calculate (`HEAD~1`, `@{1}`). */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const NO_REF = /^[-./]|[\u0000-\u0020\u007f~^:?*[\\]|\.\.|@\{|\/\/|\/\.|\.lock(\/|$)|[./]$|^@$/;

/**
 * The repository as git is to be told it: a URL of a harmless protocol, `host:path` for ssh, or an absolute path.
 * `ext::` and its kin run a command, a dash in front is an option. @throws {SourceGitError}
 */
export function repositoryOf(source: string, git: string, baseDir: string): string {
  const refuse = (problem: string) =>
    new SourceGitError(source, problem, `Write an https, ssh or git URL, host:path, or the path of a repository.`);
  if (CONTROL_OR_SPACE.test(git) && !git.startsWith('/') && !git.startsWith('.'))
    throw refuse('its URL has a space in it');
  if (git.startsWith('-')) throw refuse(`its URL begins with a dash (${git})`);
  if (/^[A-Za-z0-9+.-]+::/.test(git)) throw refuse(`${git.split('::')[0]}:: runs a command and is not used`);
  const protocol = /^([A-Za-z][A-Za-z0-9+.-]*):\/\//.exec(git)?.[1]?.toLowerCase();
  if (protocol !== undefined) {
    if (!PROTOCOLS.includes(protocol)) throw refuse(`${protocol}:// is not used`);
    if (/^[^/]+:\/\/([^/@]*@)?-/.test(git)) throw refuse(`its host begins with a dash (${shownUrl(git)})`);
    return git;
  }
  // As git tells them apart: `host:path` has a colon before the first slash.
  const host = /^([^/]+?):/.exec(git)?.[1];
  if (host === undefined) return resolve(baseDir, git);
  if (/^([^@]*@)?-/.test(host)) throw refuse(`its host begins with a dash (${git})`);
  return git;
}

/** A branch, a tag or a commit, never an option and nothing to be calculated. @throws {SourceGitError} */
export function checkRef(source: string, ref: string): void {
  if (!NO_REF.test(ref) && ref !== '') return;
  throw new SourceGitError(
    source,
    `ref ${JSON.stringify(ref)} is no name of a branch, tag or commit`,
    'Write its plain name, such as v12, main or a commit of 40 hex digits.',
  );
}
