import type { SourceConfig } from '../../domain/config/resolved-config.ts';
import type { FetchedSource, SourceFetcher } from '../../ports/source-fetcher.ts';
import { fetchGit } from './fetch-git.ts';
import { fetchPath } from './fetch-path.ts';
import { fetchUrl } from './fetch-url.ts';
import { SOURCE_LIMITS } from './source-limits.ts';
import type { SourceWorld } from './source-world.ts';

/** Sources of all three kinds: a path of this machine, a URL, a git repository. */
export class SourceFetchers implements SourceFetcher {
  readonly #world: SourceWorld;

  constructor(world: Omit<SourceWorld, 'limits' | 'env'> & Partial<SourceWorld>) {
    this.#world = { limits: SOURCE_LIMITS, env: process.env, ...world };
  }

  async fetch(name: string, source: SourceConfig, baseDir: string, signal: AbortSignal): Promise<FetchedSource> {
    signal.throwIfAborted();
    const asking = { source: name, limits: this.#world.limits, signal };
    switch (source.kind) {
      case 'path':
        return fetchPath(this.#world, name, source.path, baseDir);
      case 'url':
        return fetchUrl(this.#world, asking, source, baseDir);
      case 'git':
        return fetchGit(this.#world, asking, source, baseDir);
    }
  }
}
