import { parseDebVersion } from './deb-version.ts';
import { parseLineVersion } from './line-version.ts';

export type VersionedFormat = 'deb' | 'tar' | 'zip' | 'files';

/**
 * A release's version in a format's own notation. Revision 1 writes nothing, revision 2 of a release `-2`.
 * deb: `2.0-rc1` is `2.0~rc1`, since `~` sorts before the end there. Archives and folders of a files repository keep
 * the line's own text.
 * @throws {VersionFormatError}
 */
export function packageVersion(format: VersionedFormat, version: string, revision: number): string {
  const { numbers, suffix } = parseLineVersion(version);
  const upstream = suffix === undefined || format !== 'deb' ? version : `${numbers.join('.')}~${suffix}`;
  return withRevision(upstream, revision);
}

/**
 * The version a package of a plan gets: the one its `with.version` asks for (templates filled, in the format's own
 * notation, an epoch for instance), else the release's. A revision is appended to both, so that it is always greater.
 * @throws {VersionFormatError}
 */
export function plannedPackageVersion(
  format: VersionedFormat,
  release: { readonly version: string; readonly revision: number },
  asked?: string,
): string {
  if (asked === undefined) return packageVersion(format, release.version, release.revision);
  if (format !== 'deb') return withRevision(asked, release.revision);
  // 1.0-1 is followed by 1.0-1.2: a second hyphen would move the first one into the upstream version.
  const own = parseDebVersion(asked).revision !== undefined;
  return own && release.revision > 1 ? `${asked}.${release.revision}` : withRevision(asked, release.revision);
}

const withRevision = (version: string, revision: number): string =>
  revision === 1 ? version : `${version}-${revision}`;
