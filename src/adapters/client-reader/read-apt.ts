import { gunzipSync } from 'node:zlib';
import { readParagraphs } from '../../domain/repository/apt/read-paragraphs.ts';
import { type ReadRelease, readRelease } from '../../domain/repository/apt/read-release.ts';
import { type ReadStanza, readStanza } from '../../domain/repository/apt/read-stanza.ts';
import { formatInstant, type Instant } from '../../kernel/instant.ts';
import type { SignatureVerifier, Verdict } from '../../ports/signature-verifier.ts';
import { type Expected, readExpected, readWhole } from './checked-bytes.ts';
import type { ByteSource } from './http-source.ts';
import { ReadProblem, WrongBytesProblem } from './read-problem.ts';

/** An apt repository as a user's machine knows it before the first byte. */
export interface AptPlace {
  /** Of the folder of `Release`: `http://.../debian/dists/stable`. */
  readonly releaseUrl: string;
  /** Armoured, from the plan and not from the server. */
  readonly pinnedKeys: string;
  readonly now: Instant;
}

/** What an index offers, by its path below the folder of `Release`. */
export type AptIndexes = ReadonlyMap<string, readonly ReadStanza[]>;

/** apt refuses a `Date` that is further ahead; so do we. */
const AHEAD_MAX_MS = 10_000;
const SIGNED_FILE_MAX_BYTES = 4 << 20;
const INDEX_MAX_BYTES = 64 << 20;

/** `InRelease`, checked as apt checks it; fields come from the signed text alone. */
export async function readInRelease(
  source: ByteSource,
  verifier: SignatureVerifier,
  place: AptPlace,
): Promise<ReadRelease> {
  const url = `${place.releaseUrl}/InRelease`;
  const message = (await readWhole(source, url, SIGNED_FILE_MAX_BYTES)).toString();
  const verdict = await verifier.verifyClear(message, place.pinnedKeys, verifyAt(place));
  requireGood(url, verdict);
  return inForce(
    url,
    understand(url, () => readRelease(verdict.text)),
    place.now,
  );
}

/** The pair that old clients read. */
export async function readReleasePair(
  source: ByteSource,
  verifier: SignatureVerifier,
  place: AptPlace,
): Promise<ReadRelease> {
  const url = `${place.releaseUrl}/Release`;
  const bytes = await readWhole(source, url, SIGNED_FILE_MAX_BYTES);
  const signature = (await readWhole(source, `${url}.gpg`, SIGNED_FILE_MAX_BYTES)).toString();
  requireGood(url, await verifier.verifyDetached(bytes, signature, place.pinnedKeys, verifyAt(place)));
  return inForce(
    url,
    understand(url, () => readRelease(bytes.toString())),
    place.now,
  );
}

/** Every index that Release lists, by its hash where that is announced; packed and unpacked bytes are both checked. */
export async function readIndexes(source: ByteSource, release: ReadRelease, place: AptPlace): Promise<AptIndexes> {
  const indexes = new Map<string, readonly ReadStanza[]>();
  const bySha256 = new Map<string, readonly ReadStanza[]>();
  for (const [path, packed] of release.files) {
    if (!/(^|\/)Packages\.gz$/.test(path)) continue;
    const stanzas = bySha256.get(packed.sha256) ?? (await readIndex(source, release, place, path, packed));
    bySha256.set(packed.sha256, stanzas);
    indexes.set(path, stanzas);
  }
  if (indexes.size === 0) throw new ReadProblem(`${place.releaseUrl}/InRelease lists no Packages.gz`);
  return indexes;
}

async function readIndex(
  source: ByteSource,
  release: ReadRelease,
  place: AptPlace,
  path: string,
  packed: Expected,
): Promise<readonly ReadStanza[]> {
  const folder = path.slice(0, path.lastIndexOf('/') + 1);
  const served = release.acquireByHash ? `${folder}by-hash/SHA256/${packed.sha256}` : path;
  const url = `${place.releaseUrl}/${served}`;
  const plain = release.files.get(path.replace(/\.gz$/, ''));
  if (packed.sizeBytes > INDEX_MAX_BYTES)
    throw new ReadProblem(`${url} should have ${packed.sizeBytes} bytes: too many for an index`);
  const bytes = await readExpected(source, url, packed);
  const text = understand(url, () => gunzipSync(bytes, plain ? { maxOutputLength: plain.sizeBytes + 1 } : {}));
  if (plain && text.length !== plain.sizeBytes)
    throw new ReadProblem(`${url} unpacks to ${text.length} bytes, not ${plain.sizeBytes}`);
  return understand(url, () => readParagraphs(text.toString()).map(readStanza));
}

/** The stanza that offers a package in one index. @throws {ReadProblem} it is absent, or there twice. */
export function findStanza(
  stanzas: readonly ReadStanza[],
  wanted: { readonly name: string; readonly version: string; readonly arch: string },
  where: string,
): ReadStanza {
  const found = stanzas.filter(
    ({ name, version, arch }) => name === wanted.name && version === wanted.version && arch === wanted.arch,
  );
  const [stanza] = found;
  if (stanza && found.length === 1) return stanza;
  throw new ReadProblem(`${wanted.name} ${wanted.version} (${wanted.arch}) is in ${where} ${found.length} times`);
}

function inForce(url: string, release: ReadRelease, now: Instant): ReadRelease {
  if (release.date > now + AHEAD_MAX_MS)
    throw new ReadProblem(
      `${url} is not valid yet: its Date is ${formatInstant(release.date)}, now is ${formatInstant(now)}`,
    );
  if (release.validUntil !== undefined && release.validUntil <= now)
    throw new ReadProblem(`${url} has expired: Valid-Until was ${formatInstant(release.validUntil)}`);
  return release;
}

/** A signature may be as far ahead as the Date it signs. */
const verifyAt = ({ now }: AptPlace): Instant => (now + AHEAD_MAX_MS) as Instant;

function requireGood<Extra>(
  url: string,
  verdict: Verdict<Extra>,
): asserts verdict is Extract<Verdict<Extra>, { good: true }> {
  if (!verdict.good) throw new WrongBytesProblem(`${url}: ${verdict.why}`);
}

/** Parsers and zlib say what is wrong with bytes by throwing; a user's client would stop there too. */
function understand<Value>(url: string, read: () => Value): Value {
  try {
    return read();
  } catch (cause) {
    const isForeign = cause instanceof RangeError || (cause as NodeJS.ErrnoException).code?.startsWith('Z_');
    if (!isForeign) throw cause;
    throw new ReadProblem(`${url}: ${(cause as Error).message}`, { cause });
  }
}
