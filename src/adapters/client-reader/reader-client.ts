import type { ListedPackage } from '../../domain/repository/generation.ts';
import { repositoryUrl } from '../../domain/repository/public-base.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ClientEvidence, RepositoryClient, VerifyRequest } from '../../ports/repository-client.ts';
import type { SignatureVerifier } from '../../ports/signature-verifier.ts';
import { EvidenceRows } from './evidence-rows.ts';
import { type HttpLimits, HttpSource } from './http-source.ts';
import type { ProofRequest } from './proof-request.ts';
import { proveApt } from './prove-apt.ts';
import { proveFiles } from './prove-files.ts';

/** Our own reader of what users read: needs nothing but HTTP, so it runs everywhere, always. */
export class ReaderClient implements RepositoryClient {
  readonly name = 'reader';
  readonly #options: {
    readonly verifier: SignatureVerifier;
    readonly clock: Clock;
    readonly limits?: Partial<HttpLimits>;
  };

  constructor(options: {
    readonly verifier: SignatureVerifier;
    readonly clock: Clock;
    /** How long a server may take; the usual ones when absent. */
    readonly limits?: Partial<HttpLimits>;
  }) {
    this.#options = options;
  }

  unavailable(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  async verify(request: VerifyRequest): Promise<readonly ClientEvidence[]> {
    const { generation, settings, baseUrl, packages, signal } = request;
    const { verifier, clock, limits } = this.#options;
    const source = new HttpSource(signal, limits);
    const rows: ClientEvidence[] = [];
    for (const [repository, content] of Object.entries(generation.repositories)) {
      const config = settings.config.repositories[repository];
      const path = settings.config.channels[generation.channel]?.[repository];
      const key = config && settings.signers[config.sign]?.key;
      if (!config || path === undefined || !key)
        throw new TypeError(`${repository} of ${generation.channel} has no settings`);
      const proof = {
        source,
        verifier,
        project: settings.config.project,
        url: repositoryUrl(baseUrl, path),
        key,
        now: clock.now(),
        generation,
        content,
        wanted: wantedOf(content.packages, packages, generation.release),
      };
      const mine = new EvidenceRows(repository);
      if (config.type === 'apt') await proveApt({ ...proof, config } satisfies ProofRequest<'apt'>, mine);
      else await proveFiles({ ...proof, config } satisfies ProofRequest<'files'>, mine);
      rows.push(...mine.rows);
    }
    return [...rows, ...missingRows(request)];
  }
}

/** Of each named package what this release brought; what it carries over was proved when it was released. */
function wantedOf(
  listed: readonly ListedPackage[],
  names: readonly string[],
  release: string,
): readonly ListedPackage[] {
  return [...new Set(names)].flatMap((name) => {
    const all = listed.filter((one) => one.package === name);
    const brought = all.filter((one) => one.release === release);
    return brought.length > 0 ? brought : [...all].sort((a, b) => b.releasedAt - a.releasedAt).slice(0, 1);
  });
}

/** A package that no repository of the channel lists can be had by nobody. */
function missingRows({ generation, packages }: VerifyRequest): readonly ClientEvidence[] {
  const listed = new Set(
    Object.values(generation.repositories).flatMap((content) => content.packages.map((one) => one.package)),
  );
  return packages
    .filter((name) => !listed.has(name))
    .map((name) => ({
      client: 'reader',
      repository: '-',
      did: `find ${name}`,
      passed: false,
      said: `no repository of channel ${generation.channel} lists ${name} in generation ${generation.number}`,
      durationMs: 0,
    }));
}
