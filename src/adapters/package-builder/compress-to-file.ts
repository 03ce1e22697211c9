import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { GZIP_LEVEL, withFixedOs } from '../../domain/package/archive/gzip-header.ts';
import { withStreams } from '../../system/with-streams.ts';
import { rechunk } from './fill-pieces.ts';
import { PackageToolError } from './package-builder-error.ts';

/** Writes the bytes compressed to a new file. @throws {PackageToolError} xz is asked for and not there, or fails. */
export async function compressToFile(
  bytes: AsyncIterable<Uint8Array>,
  compression: 'gzip' | 'xz',
  path: string,
  signal: AbortSignal,
): Promise<void> {
  const source = Readable.from(rechunk(bytes), { objectMode: false });
  const file = createWriteStream(path, { flags: 'wx' });
  if (compression === 'gzip')
    await pipeline(source, createGzip({ level: GZIP_LEVEL }), fixFirstChunk, file, { signal });
  else await throughXz(source, file, signal);
}

async function* fixFirstChunk(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let start: Buffer | undefined = Buffer.alloc(0);
  for await (const chunk of chunks) {
    if (!start) {
      yield chunk;
      continue;
    }
    start = Buffer.concat([start, chunk]);
    if (start.length < 10) continue;
    yield withFixedOs(start);
    start = undefined;
  }
}

/**
 * xz with every setting said: one thread (more cut the stream into blocks), the check that dpkg-deb writes, nothing from
 * XZ_DEFAULTS or XZ_OPT.
 */
async function throughXz(source: Readable, file: NodeJS.WritableStream, signal: AbortSignal): Promise<void> {
  const xz = withStreams(
    spawn('xz', ['--format=xz', '-6', '--threads=1', '--check=crc32', '--stdout'], {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { PATH: process.env['PATH'], LANG: 'C' },
    }),
  );
  const said: Buffer[] = [];
  signal.addEventListener('abort', () => xz.kill('SIGKILL'), { once: true });
  xz.stderr.on('data', (chunk: Buffer) => said.push(chunk));
  const results = await Promise.allSettled([
    pipeline(source, xz.stdin, { signal }),
    pipeline(xz.stdout, file),
    ended(xz),
  ]);
  const [fed, written, exit] = results;
  signal.throwIfAborted(); // xz has ended and was waited for: nothing of it is left
  if (exit.status === 'rejected') throw notRunning(exit.reason);
  // A broken pipe only says that xz ended; why, its exit says. What our own source or disk says counts before that.
  const ours = [fed, written].find((result) => result.status === 'rejected' && !isBrokenPipe(result.reason));
  if (ours?.status === 'rejected') throw ours.reason;
  if (exit.value === 0) return;
  const last = Buffer.concat(said).toString('utf8').trim() || 'it said nothing';
  throw new PackageToolError(
    `xz ended with ${exit.value}: ${last}.`,
    'Look at what it says, or use compression: gzip.',
  );
}

function ended(child: ChildProcess): Promise<number | string> {
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve(code ?? signal ?? 'no exit code'));
  });
}

function notRunning(cause: unknown): unknown {
  if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') return cause;
  const remedy = 'Install xz (Debian: apt install xz-utils), or write compression: gzip.';
  return new PackageToolError('compression: xz needs the program xz, and it is not installed here.', remedy, { cause });
}

const isBrokenPipe = (error: unknown): boolean =>
  ['EPIPE', 'ECONNRESET', 'ERR_STREAM_PREMATURE_CLOSE', 'ERR_STREAM_DESTROYED'].includes(
    (error as NodeJS.ErrnoException).code ?? '',
  );
