import type { ResolvedConfig } from '../../domain/config/resolved-config.ts';
import type { ListedPackage } from '../../domain/repository/generation.ts';
import { repositoryUrl } from '../../domain/repository/public-base.ts';
import { dearmour } from '../../domain/signing/dearmour.ts';
import type { ClientEvidence, RepositoryClient, VerifyRequest } from '../../ports/repository-client.ts';
import { AptEvidence } from './apt-evidence.ts';
import type { ClientFile } from './apt-root.ts';
import { type FoundApt, findApt } from './apt-version.ts';
import { type AptProof, proveRepository } from './prove-repository.ts';

const TIMEOUT_MS = 120_000;
const FETCH_MS = 30_000;

/** The real apt of this machine, on empty machines of its own, with the client files that users get. */
export class AptClient implements RepositoryClient {
  readonly name = 'apt';
  readonly #strangerKey: () => Promise<string>;
  readonly #timeoutMs: number;
  #found: Promise<FoundApt> | undefined;

  constructor(options: {
    /** Makes a public key (armoured) that signs nothing here: apt must refuse to trust it. */
    readonly strangerKey: () => Promise<string>;
    /** For one run of apt. */
    readonly timeoutMs?: number;
  }) {
    this.#strangerKey = options.strangerKey;
    this.#timeoutMs = options.timeoutMs ?? TIMEOUT_MS;
  }

  async unavailable(): Promise<string | undefined> {
    const found = await this.#find();
    return 'because' in found ? found.because : undefined;
  }

  async verify(request: VerifyRequest): Promise<readonly ClientEvidence[]> {
    const found = await this.#find();
    if ('because' in found) throw new TypeError(`apt cannot run here: ${found.because}`); // the caller has to ask first
    const { generation, settings, baseUrl } = request;
    const rows: ClientEvidence[] = [];
    for (const [repository, content] of Object.entries(generation.repositories)) {
      if (settings.config.repositories[repository]?.type !== 'apt') continue;
      const path = settings.config.channels[generation.channel]?.[repository];
      if (path === undefined) throw new TypeError(`${repository} of ${generation.channel} has no path`);
      const evidence = new AptEvidence(`apt ${found.version}`, repository);
      const files = await this.#clientFiles(settings.config, repositoryUrl(baseUrl, path), request.signal, evidence);
      if (files) {
        const proof: AptProof = {
          baseUrl,
          ...files,
          strangerKeyring: dearmour(await this.#strangerKey(), 'PUBLIC KEY BLOCK'),
          wanted: wantedOf(content.packages, request),
          held: namesOf(content.packages),
          hostArch: found.arch,
          timeoutMs: this.#timeoutMs,
          provesRefusals: request.provesRefusals,
          signal: request.signal,
        };
        await proveRepository(proof, evidence);
      }
      rows.push(...evidence.rows);
    }
    return rows;
  }

  /** As users fetch them, from the view itself. */
  async #clientFiles(
    { project }: Pick<ResolvedConfig, 'project'>,
    url: string,
    signal: AbortSignal,
    evidence: AptEvidence,
  ): Promise<{ sources: ClientFile; list: ClientFile } | undefined> {
    const got: Buffer[] = [];
    const names = [`${project}.sources`, `${project}.list`, `${project}.gpg`];
    const { exitCode } = await evidence.record('fetch client files', async () => {
      for (const name of names) {
        const answer = await fetchFile(`${url}/${encodeURIComponent(name)}`, signal);
        if (typeof answer === 'string') return { exitCode: 1, said: answer };
        got.push(answer);
      }
      return { exitCode: 0, said: `${names.join(', ')} of ${url}` };
    });
    const [sources, list, keyring] = got;
    if (exitCode !== 0 || !sources || !list || !keyring) return undefined;
    return {
      sources: { fileName: `${project}.sources`, text: sources.toString() },
      list: { fileName: `${project}.list`, text: list.toString(), keyring },
    };
  }

  #find(): Promise<FoundApt> {
    this.#found ??= findApt();
    return this.#found;
  }
}

/** The file, or why it cannot be had. */
async function fetchFile(url: string, signal: AbortSignal): Promise<Buffer | string> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.any([signal, AbortSignal.timeout(FETCH_MS)]) });
    if (answer.status !== 200) return `${url} answers ${answer.status}`;
    return Buffer.from(await answer.arrayBuffer());
  } catch (cause) {
    signal.throwIfAborted();
    const why = cause instanceof Error ? ((cause.cause as Error | undefined)?.message ?? cause.message) : String(cause);
    return `${url}: ${why}`;
  }
}

/** The debs this release brought, each with the newest of the same name and architecture that was there before. */
function wantedOf(
  packages: readonly ListedPackage[],
  { packages: names, generation }: VerifyRequest,
): AptProof['wanted'] {
  const newestFirst = [...packages].sort((a, b) => b.releasedAt - a.releasedAt);
  return [...new Set(names)].flatMap((name) => {
    const mine = newestFirst.filter((listed) => listed.package === name && listed.facts.format === 'deb');
    const brought = mine.filter(({ release }) => release === generation.release);
    return (brought.length > 0 ? brought : mine.slice(0, 1)).map((listed) => ({
      listed,
      previous: newestFirst.find(
        (other) => other !== listed && isSameDeb(other, listed) && other.releasedAt < listed.releasedAt,
      ),
    }));
  });
}

const isSameDeb = ({ facts: a }: ListedPackage, { facts: b }: ListedPackage): boolean =>
  a.format === 'deb' && b.format === 'deb' && a.name === b.name && a.arch === b.arch;

const namesOf = (packages: readonly ListedPackage[]): ReadonlySet<string> =>
  new Set(packages.flatMap(({ facts }) => (facts.format === 'deb' ? [facts.name] : [])));
