import { createHash } from 'node:crypto';
import type { SourceConfig } from '../../domain/config/resolved-config.ts';
import { isSha256, type Sha256 } from '../../kernel/ids.ts';
import type { Blob } from '../../ports/artifact-store.ts';
import { ArtifactDigestError } from '../../ports/artifact-store-error.ts';
import { SourceUnprovenError } from '../../ports/source-error.ts';
import type { FetchedSource } from '../../ports/source-fetcher.ts';
import { bodyOf, hasEnd } from './answer-body.ts';
import { checkSignature } from './check-signature.ts';
import { followRedirects } from './follow-redirects.ts';
import { type Asking, downloadFailed } from './http-answer.ts';
import { shownUrl } from './shown-url.ts';
import type { SourceWorld } from './source-world.ts';

export type UrlSource = Extract<SourceConfig, { kind: 'url' }>;

interface Download {
  readonly blob: Blob;
  readonly proofs: readonly string[];
  readonly warnings: readonly string[];
}

/** A file by http or https: proven by digest or signature before it is kept, or kept with a warning. */
export async function fetchUrl(
  world: SourceWorld,
  asking: Asking,
  from: UrlSource,
  baseDir: string,
): Promise<FetchedSource> {
  if (!/^https?:\/\//i.test(from.url) || !URL.canParse(from.url)) {
    const problem = 'that is no http or https URL';
    throw new SourceUnprovenError(asking.source, shownUrl(from.url), problem, 'Write one, such as https://host/file.');
  }
  const url = new URL(from.url);
  const expected = digestOf(asking, from);
  const path = fileName(asking, url);
  const got =
    from.signature === undefined && from.key === undefined
      ? await fetchToStore(world, asking, url, expected)
      : await fetchSigned(world, asking, from, baseDir);
  const proofs = [...(expected === undefined ? [] : ['sha256']), ...got.proofs];
  const { sha256 } = await world.trees.storeTree([{ path, mode: 0o644, ...got.blob }]);
  const unproven = `Nothing proves what ${shownUrl(url)} gives. Add sha256, or signature and key.`;
  return {
    tree: sha256,
    origin: shownUrl(url),
    proof: proofs.join(', ') || 'none',
    warnings: proofs.length === 0 ? [unproven, ...got.warnings] : got.warnings,
  };
}

function digestOf(asking: Asking, { sha256, url }: UrlSource): Sha256 | undefined {
  const digest = sha256?.toLowerCase();
  if (digest === undefined || isSha256(digest)) return digest;
  const problem = `its sha256 in the config is no digest: ${JSON.stringify(sha256)}`;
  throw new SourceUnprovenError(asking.source, shownUrl(url), problem, 'Write 64 hex digits.');
}

/** The last part of the URL's path, as a download by hand would be named. */
function fileName(asking: Asking, url: URL): string {
  const last = url.pathname.slice(url.pathname.lastIndexOf('/') + 1);
  try {
    const name = decodeURIComponent(last);
    if (name !== '' && name !== '.' && name !== '..' && !name.includes('/')) return name;
  } catch (cause) {
    if (!(cause instanceof URIError)) throw cause; // a lone %, handled below as any other name that is none
  }
  const remedy = 'Write a URL whose path ends with the name of the file.';
  throw downloadFailed(asking, url, 'its path does not end with a file name', undefined, remedy);
}

/** Straight into the store, however large. */
async function fetchToStore(world: SourceWorld, asking: Asking, start: URL, expected?: Sha256): Promise<Download> {
  const { answer, url } = await followRedirects(asking, start);
  const bytes = bodyOf(answer, asking, url, asking.limits.maxBytes);
  let blob: Blob;
  try {
    blob = await world.store.put(bytes, expected);
  } catch (cause) {
    throw cause instanceof ArtifactDigestError ? wrongDigest(asking, start, cause) : cause;
  }
  if (expected !== undefined) return { blob, proofs: [], warnings: [] };
  if (blob.sizeBytes === 0) throw downloadFailed(asking, url, 'it is empty, and no digest says that it should be');
  const cut = `${shownUrl(url)} did not say how long it is, so an early end would not have been noticed.`;
  return { blob, proofs: [], warnings: hasEnd(answer) ? [] : [cut] };
}

/** In memory until its signature is checked: nothing unproven reaches the store. */
async function fetchSigned(world: SourceWorld, asking: Asking, from: UrlSource, baseDir: string): Promise<Download> {
  const checked = await checkSignature(world, asking, from, baseDir, async (url, maxBytes) => {
    const followed = await followRedirects(asking, url);
    const pieces: Buffer[] = [];
    for await (const piece of bodyOf(followed.answer, asking, followed.url, maxBytes)) pieces.push(piece);
    return Buffer.concat(pieces);
  });
  const expected = digestOf(asking, from);
  const actual = createHash('sha256').update(checked.bytes).digest('hex') as Sha256;
  if (expected !== undefined && actual !== expected) {
    throw wrongDigest(asking, new URL(from.url), new ArtifactDigestError('It', expected, actual));
  }
  const blob = await world.store.put(checked.bytes, expected);
  return { blob, proofs: [`signature ${checked.fingerprint}`], warnings: [] };
}

function wrongDigest(asking: Asking, url: URL, cause: ArtifactDigestError): SourceUnprovenError {
  const problem = `it has ${/ has (.*)\. Nothing/.exec(cause.message)?.[1] ?? 'another digest'}`;
  return new SourceUnprovenError(asking.source, shownUrl(url), problem, cause.remedy, { cause });
}
