import { join } from 'node:path';
import type { ResolvedConfig } from '../../domain/config/resolved-config.ts';

export type View = { readonly channel: string; readonly number: number } | 'live';

/** A repository that a request's path leads into. */
export interface Mount {
  readonly channel: string;
  readonly repository: string;
  /** Its path below the origin, in parts. */
  readonly at: readonly string[];
  /** What is asked for inside it. */
  readonly inside: readonly string[];
}

/** The repository with the longest path that the request begins with; undefined outside of all of them. */
export function findMount(parts: readonly string[], channels: ResolvedConfig['channels']): Mount | undefined {
  const mounts = Object.entries(channels).flatMap(([channel, repositories]) =>
    Object.entries(repositories).map(([repository, path]) => ({
      channel,
      repository,
      at: path.split('/').filter(Boolean),
    })),
  );
  const [longest] = mounts
    .filter(({ at }) => at.every((name, index) => parts[index] === name))
    .sort((a, b) => b.at.length - a.at.length);
  return longest && { ...longest, inside: parts.slice(longest.at.length) };
}

/**
 * Where a request's file lies below the origin; links are not resolved yet. The paths of the viewed channel lead into its sealed
 * generation, everything else is what is live. So a staging view has the URLs that users will have, and shows the very bytes
 * that will be promoted.
 */
export function pathInOrigin(parts: readonly string[], mount: Mount | undefined, view: View): string {
  if (mount && view !== 'live' && view.channel === mount.channel)
    return join('gen', view.channel, String(view.number), mount.repository, ...mount.inside);
  return join(...parts);
}
