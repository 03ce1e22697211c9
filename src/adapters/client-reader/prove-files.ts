import { createHash } from 'node:crypto';
import { checksumFiles, groupByFolder, type VersionFiles } from '../../domain/repository/files/version-files.ts';
import type { ListedPackage } from '../../domain/repository/generation.ts';
import { entryName } from '../../domain/repository/package-order.ts';
import { downloadExpected, readWhole } from './checked-bytes.ts';
import type { EvidenceRows } from './evidence-rows.ts';
import type { ByteSource } from './http-source.ts';
import type { ProofRequest } from './proof-request.ts';
import { ReadProblem, WrongBytesProblem } from './read-problem.ts';
import { spoiledSource } from './spoiled-source.ts';

const SUMS_MAX_BYTES = 4 << 20;

/** Reads a files repository as people and scripts do: the file, its checksum, the signed list of checksums, `latest`. */
export async function proveFiles(request: ProofRequest<'files'>, rows: EvidenceRows): Promise<void> {
  const { source, wanted, content, project } = request;
  const folders = groupByFolder(project, content.packages);
  for (const version of folders) {
    const mine = version.packages.filter((listed) => wanted.includes(listed));
    if (mine.length === 0) continue;
    await rows.read(`read ${version.folder}/SHA256SUMS`, () => readSums(request, source, version));
    for (const listed of mine)
      await rows.read(`download ${entryName('files', listed)}`, () => downloadFile(request, source, version, listed));
    await proveRefusals(request, rows, version, mine);
  }
  await rows.read('follow latest', () => readLatest(request, folders));
}

async function proveRefusals(
  request: ProofRequest<'files'>,
  rows: EvidenceRows,
  version: VersionFiles,
  mine: readonly ListedPackage[],
): Promise<void> {
  const spoiled = (ending: string) => spoiledSource(request.source, (url) => url.endsWith(ending));
  await rows.refuse('a changed SHA256SUMS', () => readSums(request, spoiled('/SHA256SUMS'), version));
  const smallest = [...mine].sort((a, b) => a.sizeBytes - b.sizeBytes)[0];
  if (!smallest) return;
  const name = `/${encodeURIComponent(smallest.fileName)}`;
  await rows.refuse('a changed file', () => downloadFile(request, spoiled(name), version, smallest));
}

/** The list of checksums is signed by the pinned key, and says what the plan says. */
async function readSums(
  { url, verifier, key, now }: ProofRequest<'files'>,
  source: ByteSource,
  { folder, packages }: VersionFiles,
): Promise<readonly [undefined, string]> {
  const sumsUrl = `${url}/${encodeURIComponent(folder)}/SHA256SUMS`;
  const sums = await readWhole(source, sumsUrl, SUMS_MAX_BYTES);
  const signature = (await readWhole(source, `${sumsUrl}.asc`, SUMS_MAX_BYTES)).toString();
  const verdict = await verifier.verifyDetached(sums, signature, key.publicKey, now);
  if (!verdict.good) throw new WrongBytesProblem(`${sumsUrl}: ${verdict.why}`);
  if (sums.toString() !== checksumFiles(packages)['SHA256SUMS'])
    throw new ReadProblem(`${sumsUrl} does not list the files of this release with their digests`);
  return [undefined, `${packages.length} files, signed by ${verdict.signature.fingerprint}`];
}

async function downloadFile(
  { url }: ProofRequest<'files'>,
  source: ByteSource,
  { folder, packages }: VersionFiles,
  listed: ListedPackage,
): Promise<readonly [undefined, string]> {
  const fileUrl = `${url}/${encodeURIComponent(folder)}/${encodeURIComponent(listed.fileName)}`;
  await downloadExpected(source, fileUrl, listed);
  const sidecar = (await readWhole(source, `${fileUrl}.sha256`, SUMS_MAX_BYTES)).toString();
  if (sidecar !== checksumFiles(packages)[`${listed.fileName}.sha256`])
    throw new ReadProblem(`${fileUrl}.sha256 is "${sidecar.trim()}"`);
  if (listed.signature !== undefined) {
    // Made and verified at stage; what users get must be that very signature.
    const signature = await readWhole(source, `${fileUrl}.asc`, SUMS_MAX_BYTES);
    if (createHash('sha256').update(signature).digest('hex') !== listed.signature)
      throw new ReadProblem(`${fileUrl}.asc is not the signature that was made`);
  }
  return [undefined, `${listed.sizeBytes} bytes, sha256 ${listed.sha256}`];
}

/** `latest` leads to the promoted version, and to nothing while there is none. */
async function readLatest(
  { url, source, content }: ProofRequest<'files'>,
  folders: readonly VersionFiles[],
): Promise<readonly [undefined, string]> {
  const sumsUrl = `${url}/latest/SHA256SUMS`;
  if (content.latest === undefined) {
    await requireMissing(source, sumsUrl);
    return [undefined, 'there is no latest yet, as planned'];
  }
  const version = folders.find(({ folder }) => folder === content.latest);
  if (!version) throw new ReadProblem(`latest should be ${content.latest}, which holds no files`);
  const sums = (await readWhole(source, sumsUrl, SUMS_MAX_BYTES)).toString();
  if (sums !== checksumFiles(version.packages)['SHA256SUMS'])
    throw new ReadProblem(`latest does not show the files of ${content.latest}`);
  return [undefined, `latest is ${content.latest}`];
}

async function requireMissing(source: ByteSource, url: string): Promise<void> {
  try {
    await readWhole(source, url, SUMS_MAX_BYTES);
  } catch (cause) {
    if (cause instanceof ReadProblem && cause.message.endsWith('answers 404')) return;
    throw cause;
  }
  throw new ReadProblem(`${url} is there, although nothing is the latest yet`);
}
