import type { RepositoryConfig, ResolvedConfig } from '../config/resolved-config.ts';

/** The repositories of a channel, by name, in the order of the file. */
export function channelRepositories(
  config: Pick<ResolvedConfig, 'channels' | 'repositories'>,
  channel: string,
): Readonly<Record<string, RepositoryConfig>> {
  const names = Object.keys(config.channels[channel] ?? {});
  return Object.fromEntries(
    names.flatMap((name) => {
      const repository = config.repositories[name];
      return repository === undefined ? [] : [[name, repository] as const];
    }),
  );
}
