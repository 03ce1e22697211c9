import { SlipwayError } from '../kernel/slipway-error.ts';

/**
 * A source names a file or folder that is not there, or a folder that holds no file. Usually the build before the release has not
 * run, or left its result elsewhere. Paths are relative to the config file.
 */
export class SourceMissingError extends SlipwayError {
  readonly code = 'SLIP_SOURCE_MISSING';

  constructor(source: string, problem: string, remedy: string, options?: ErrorOptions) {
    super(`Source ${source} cannot be taken: ${problem}.`, remedy, options);
  }
}

/**
 * A source could not be downloaded: no connection, an answer other than 200, silence, a trickle, a redirect that is not
 * followed, too many bytes, or an end before all of it had come. Nothing was kept. Try the URL by hand; then `slipway resume`.
 */
export class SourceDownloadError extends SlipwayError {
  readonly code = 'SLIP_SOURCE_DOWNLOAD';

  /** `url` without credentials. */
  constructor(source: string, url: string, problem: string, remedy: string, options?: ErrorOptions) {
    super(`Source ${source} could not be fetched from ${url}: ${problem}.`, remedy, options);
  }
}

/**
 * A downloaded source does not have the digest or the signature that the config asks for, or its key is wrong, expired or unreadable.
 * Nothing was kept. Take it for an attack until you know better: ask the author before you change a digest or a key.
 */
export class SourceUnprovenError extends SlipwayError {
  readonly code = 'SLIP_SOURCE_UNPROVEN';

  constructor(source: string, url: string, problem: string, remedy: string, options?: ErrorOptions) {
    super(`Source ${source} from ${url} is not proven: ${problem}. Nothing was kept.`, remedy, options);
  }
}

/**
 * Git could not give a source: no such repository, branch, tag or commit, no permission, no answer in time; or the URL or ref is of a kind
 * that could run a command here, and was never passed to git. The message has git's own words.
 */
export class SourceGitError extends SlipwayError {
  readonly code = 'SLIP_SOURCE_GIT';

  constructor(source: string, problem: string, remedy: string, options?: ErrorOptions) {
    super(`Source ${source} could not be taken from git: ${problem}.`, remedy, options);
  }
}
