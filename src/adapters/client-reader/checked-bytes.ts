import { createHash } from 'node:crypto';
import type { Sha256 } from '../../kernel/ids.ts';
import type { ByteSource } from './http-source.ts';
import { WrongBytesProblem } from './read-problem.ts';

/** What bytes must be, as a signed index or a plan says. */
export interface Expected {
  readonly sha256: Sha256;
  readonly sizeBytes: number;
}

/** A file that nothing vouches for yet: whole, at most `limitBytes`. */
export async function readWhole(source: ByteSource, url: string, limitBytes: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of source.open(url, limitBytes)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** A file with a known digest, whole. @throws {WrongBytesProblem} its bytes are others. */
export async function readExpected(source: ByteSource, url: string, expected: Expected): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  await checkStream(source, url, expected, (chunk) => chunks.push(chunk));
  return Buffer.concat(chunks);
}

/** Downloads a file of any size and keeps nothing but its digest. @throws {WrongBytesProblem} its bytes are others. */
export const downloadExpected = (source: ByteSource, url: string, expected: Expected): Promise<void> =>
  checkStream(source, url, expected, () => {});

async function checkStream(
  source: ByteSource,
  url: string,
  expected: Expected,
  take: (chunk: Uint8Array) => void,
): Promise<void> {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  for await (const chunk of source.open(url, expected.sizeBytes)) {
    hash.update(chunk);
    sizeBytes += chunk.length;
    take(chunk);
  }
  if (sizeBytes !== expected.sizeBytes)
    throw new WrongBytesProblem(`${url} has ${sizeBytes} bytes, not ${expected.sizeBytes}`);
  const actual = hash.digest('hex');
  if (actual !== expected.sha256) throw new WrongBytesProblem(`${url} has sha256 ${actual}, not ${expected.sha256}`);
}
