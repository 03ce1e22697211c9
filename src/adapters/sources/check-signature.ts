import { resolve } from 'node:path';
import { SourceUnprovenError } from '../../ports/source-error.ts';
import type { UrlSource } from './fetch-url.ts';
import type { Asking } from './http-answer.ts';
import { fingerprintsOf, readPublicKey } from './read-public-key.ts';
import { shownUrl } from './shown-url.ts';
import type { SourceWorld } from './source-world.ts';

/** A page that says "not found" with status 200 is larger than any signature. */
const MOST_SIGNATURE_BYTES = 1024 * 1024;

/** Downloads a file and its OpenPGP signature, armoured or binary. @returns the bytes and who signed them. */
export async function checkSignature(
  world: SourceWorld,
  asking: Asking,
  from: UrlSource,
  baseDir: string,
  download: (url: URL, maxBytes: number) => Promise<Buffer>,
): Promise<{ bytes: Buffer; fingerprint: string }> {
  const unproven = (problem: string, remedy: string, options?: ErrorOptions) =>
    new SourceUnprovenError(asking.source, shownUrl(from.url), problem, remedy, options);
  if (from.signature === undefined || from.key === undefined) {
    const [given, absent] = from.key === undefined ? ['signature', 'key'] : ['key', 'signature'];
    throw unproven(`the config has its ${given} but no ${absent}`, `Add ${absent}: both are needed to check anything.`);
  }
  const keyFile = resolve(baseDir, from.key);
  const keys = await readPublicKey(baseDir, from.key).catch((cause: unknown) => {
    const words = cause instanceof Error ? cause.message : String(cause);
    throw unproven(`its public key cannot be read (${words})`, `Put the author's public key into ${keyFile}.`, {
      cause,
    });
  });
  const url = new URL(from.url);
  const signature = await download(signatureUrl(url, from.signature), MOST_SIGNATURE_BYTES);
  const bytes = await download(url, asking.limits.maxSignedBytes);
  const verdict = await world.verifier.verifyDetached(bytes, asMessage(signature), keys, world.clock.now());
  if (verdict.good) return { bytes, fingerprint: verdict.signature.fingerprint };
  const pinned = await fingerprintsOf(keys);
  const names = pinned.length === 0 ? 'no key' : pinned.join(', ');
  throw unproven(
    `${verdict.why} (${keyFile} holds ${names})`,
    'Ask the author which key signs now, by another way than this server. Change the key only when you know.',
  );
}

/** `.asc` is appended to the path, before any query; a whole URL stands for itself. */
function signatureUrl(url: URL, signature: string): URL {
  if (/^https?:\/\//i.test(signature)) return new URL(signature);
  const beside = new URL(url);
  beside.pathname += signature;
  return beside;
}

const asMessage = (signature: Buffer): string | Uint8Array =>
  signature.subarray(0, 64).toString('latin1').trimStart().startsWith('-----BEGIN PGP')
    ? signature.toString('latin1')
    : signature;
