/**
 * How long an answer may be kept (packaging 7): what never changes under its name for a year, pointers and pages for a minute.
 * `target` is the request's path.
 */
export function cacheControlOf(target: string): string {
  const neverChanges = /\/by-hash\/|\/pool\/|^\/gen\/[^/]+\/\d+\//.test(target);
  return neverChanges ? 'public, max-age=31536000, immutable' : 'public, max-age=60';
}
