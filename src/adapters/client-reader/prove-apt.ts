import { FLAT_FOLDER } from '../../domain/repository/apt/apt-tree.ts';
import { publishedKeyProblem, sourcesProblem } from '../../domain/repository/apt/read-client-files.ts';
import type { ReadRelease } from '../../domain/repository/apt/read-release.ts';
import type { ListedPackage } from '../../domain/repository/generation.ts';
import { entryName } from '../../domain/repository/package-order.ts';
import { formatInstant } from '../../kernel/instant.ts';
import { downloadExpected, readWhole } from './checked-bytes.ts';
import type { EvidenceRows } from './evidence-rows.ts';
import type { ByteSource } from './http-source.ts';
import type { ProofRequest } from './proof-request.ts';
import { type AptIndexes, type AptPlace, findStanza, readIndexes, readInRelease, readReleasePair } from './read-apt.ts';
import { ReadProblem } from './read-problem.ts';
import { spoiledSource } from './spoiled-source.ts';

const CLIENT_FILE_MAX_BYTES = 1 << 20;

/** Reads an apt repository as apt does, from the pinned key down to the last byte of each package. */
export async function proveApt(request: ProofRequest<'apt'>, rows: EvidenceRows): Promise<void> {
  const { source, verifier, config, url, key, now, wanted } = request;
  const releaseUrl = `${url}/${config.layout === 'flat' ? FLAT_FOLDER : `dists/${config.suite}`}`;
  const place: AptPlace = { releaseUrl, pinnedKeys: key.publicKey, now };
  const release = await rows.read('read InRelease', async () => {
    const read = await readInRelease(source, verifier, place);
    requireOurs(request, read);
    return [read, `signed by ${key.fingerprint}, Date ${formatInstant(read.date)}`];
  });
  await rows.read('read Release and Release.gpg', async () => {
    const pair = await readReleasePair(source, verifier, place);
    if (release && pair.date !== release.date) throw new ReadProblem('Release is of another time than InRelease');
    return [pair, `signed by ${key.fingerprint}`];
  });
  if (!release) return;
  const indexes = await rows.read('read index', async () => {
    const read = await readIndexes(source, release, place);
    requireComplete(request, release, read);
    return [read, [...read].map(([path, stanzas]) => `${path}: ${stanzas.length} listed`).join('; ')];
  });
  await rows.read('read client files', () => readClientFiles(request));
  if (!indexes) return;
  for (const listed of wanted)
    await rows.read(`download ${entryName('apt', listed)}`, () => downloadDeb(source, request, indexes, listed));
  await proveRefusals(request, rows, place, release, indexes);
}

/** One byte changed at each floor must be refused by our own checks, not only by apt's. */
async function proveRefusals(
  { source, verifier, url, wanted }: ProofRequest<'apt'>,
  rows: EvidenceRows,
  place: AptPlace,
  release: ReadRelease,
  indexes: AptIndexes,
): Promise<void> {
  const spoiled = spoiledSource(source, () => true);
  await rows.refuse('a changed InRelease', () => readInRelease(spoiled, verifier, place));
  await rows.refuse('a changed index', () => readIndexes(spoiled, release, place));
  const smallest = [...wanted].sort((a, b) => a.sizeBytes - b.sizeBytes)[0];
  if (smallest) await rows.refuse('a changed package', () => downloadDeb(spoiled, { url }, indexes, smallest));
}

async function downloadDeb(
  source: ByteSource,
  { url }: Pick<ProofRequest<'apt'>, 'url'>,
  indexes: AptIndexes,
  listed: ListedPackage,
): Promise<readonly [undefined, string]> {
  if (listed.facts.format !== 'deb') throw new TypeError(`${listed.fileName} is not a deb`);
  const { facts } = listed;
  const mine = [...indexes].filter(([path]) => offers(path, facts.arch));
  if (mine.length === 0) throw new ReadProblem(`no index is for ${facts.arch}`);
  const stanzas = mine.map(([path, stanzas]) => findStanza(stanzas, facts, path));
  for (const { sha256, sizeBytes } of stanzas)
    if (sha256 !== listed.sha256 || sizeBytes !== listed.sizeBytes)
      throw new ReadProblem(`the index offers other bytes: sha256 ${sha256}, ${sizeBytes} bytes`);
  const file = `${url}/${stanzas[0]?.path.split('/').map(encodeURIComponent).join('/')}`;
  await downloadExpected(source, file, listed);
  return [undefined, `${listed.sizeBytes} bytes, sha256 ${listed.sha256}`];
}

/** A package for every machine is in each index of the first component, any other in that of its architecture; flat has one. */
function offers(indexPath: string, arch: string): boolean {
  const indexed = /(?:^|\/)binary-([^/]+)\/Packages\.gz$/.exec(indexPath)?.[1];
  return indexed === undefined || arch === 'all' || arch === indexed;
}

function requireOurs({ config, generation }: ProofRequest<'apt'>, release: ReadRelease): void {
  const suite = config.layout === 'flat' ? FLAT_FOLDER : config.suite;
  if (release.suite !== suite || release.codename !== suite)
    throw new ReadProblem(`InRelease is for suite ${release.suite} (${release.codename}), not ${suite}`);
  if (release.date < generation.date)
    throw new ReadProblem(
      `InRelease is older (${formatInstant(release.date)}) than generation ${generation.number} (${formatInstant(generation.date)})`,
    );
}

/** No entry lost, none added: an index of the same date holds what the generation holds. (A later one is somebody else's.) */
function requireComplete(
  { generation, content }: ProofRequest<'apt'>,
  release: ReadRelease,
  indexes: AptIndexes,
): void {
  if (release.date !== generation.date) return;
  const offered = new Set(
    [...indexes.values()].flat().map(({ name, version, arch }) => `${name} ${version} (${arch})`),
  );
  const listed = new Set(content.packages.map((one) => entryName('apt', one)));
  const lost = [...listed].filter((name) => !offered.has(name));
  const added = [...offered].filter((name) => !listed.has(name));
  if (lost.length > 0) throw new ReadProblem(`the index has lost ${lost.slice(0, 5).join(', ')}`);
  if (added.length > 0)
    throw new ReadProblem(`the index has ${added.slice(0, 5).join(', ')}, which no release brought`);
}

async function readClientFiles({
  source,
  url,
  config,
  key,
  project,
}: ProofRequest<'apt'>): Promise<readonly [undefined, string]> {
  const read = (name: string) => readWhole(source, `${url}/${encodeURIComponent(name)}`, CLIENT_FILE_MAX_BYTES);
  const problem =
    sourcesProblem((await read(`${project}.sources`)).toString(), (await read(`${project}.list`)).toString(), {
      ...config,
      project,
      url,
      publicKey: key.publicKey,
    }) ?? publishedKeyProblem(await read(`${project}.key`), await read(`${project}.gpg`), key.publicKey);
  if (problem) throw new ReadProblem(problem);
  return [undefined, `${project}.sources, .list, .key and .gpg name ${url} and key ${key.fingerprint}`];
}
