import { createHash } from 'node:crypto';
import type { Stats } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { isUnchanged, requestedRange, type Validators } from './conditional.ts';

export interface FileAnswer {
  readonly contentType: string;
  readonly cacheControl: string;
}

/** Up to here a file is read whole, so that its ETag can be its digest. */
const DIGEST_SIZE_MAX_BYTES = 1 << 20;

/** Answers with a text made for this view. */
export function sendText(
  request: IncomingMessage,
  response: ServerResponse,
  text: string,
  modifiedS: number,
  answer: FileAnswer,
): void {
  const bytes = Buffer.from(text);
  sendBytes(request, response, bytes, { etag: digestTag(bytes), modifiedS }, answer);
}

/** Answers with a file: whole, one range of it, its head, or 304. The caller closes the handle. */
export async function sendFile(
  request: IncomingMessage,
  response: ServerResponse,
  file: { readonly handle: FileHandle; readonly stats: Stats },
  answer: FileAnswer,
): Promise<void> {
  const modifiedS = Math.floor(file.stats.mtimeMs / 1000);
  const sizeBytes = file.stats.size;
  if (sizeBytes <= DIGEST_SIZE_MAX_BYTES) {
    const bytes = await file.handle.readFile();
    return sendBytes(request, response, bytes, { etag: digestTag(bytes), modifiedS }, answer);
  }
  // Published bytes never change under their name, so inode, size and time stand for a digest that would cost a full read.
  const etag = `"${file.stats.ino.toString(16)}-${sizeBytes.toString(16)}-${Math.trunc(file.stats.mtimeMs).toString(16)}"`;
  const range = beginAnswer(request, response, sizeBytes, { etag, modifiedS }, answer);
  if (!range) return;
  const stream = file.handle.createReadStream({ start: range.start, end: range.end, autoClose: false });
  await pipeline(stream, response, { end: false });
  // A file that was cut while we sent it: a tidy end would leave the client waiting for the rest on an open connection.
  if (stream.bytesRead < range.end - range.start + 1) response.destroy();
  else response.end();
}

function sendBytes(
  request: IncomingMessage,
  response: ServerResponse,
  bytes: Buffer,
  validators: Validators,
  answer: FileAnswer,
): void {
  const range = beginAnswer(request, response, bytes.length, validators, answer);
  if (range) response.end(bytes.subarray(range.start, range.end + 1));
}

/** Writes the head. @returns the bytes to send, or undefined when the answer is complete without any. */
function beginAnswer(
  request: IncomingMessage,
  response: ServerResponse,
  sizeBytes: number,
  validators: Validators,
  answer: FileAnswer,
): { readonly start: number; readonly end: number } | undefined {
  response.setHeader('ETag', validators.etag);
  response.setHeader('Last-Modified', new Date(validators.modifiedS * 1000).toUTCString());
  response.setHeader('Cache-Control', answer.cacheControl);
  if (isUnchanged(request.headers, validators)) {
    response.writeHead(304).end();
    return undefined;
  }
  response.setHeader('Accept-Ranges', 'bytes');
  response.setHeader('X-Content-Type-Options', 'nosniff');
  const range = requestedRange(request.headers, sizeBytes, validators);
  if (range === 'unsatisfiable') {
    response.writeHead(416, { 'Content-Range': `bytes */${sizeBytes}`, 'Content-Length': 0 }).end();
    return undefined;
  }
  const { start, end } = range === 'whole' ? { start: 0, end: sizeBytes - 1 } : range;
  if (range !== 'whole') response.setHeader('Content-Range', `bytes ${start}-${end}/${sizeBytes}`);
  response.writeHead(range === 'whole' ? 200 : 206, {
    'Content-Type': answer.contentType,
    'Content-Length': end - start + 1,
  });
  if (request.method !== 'HEAD' && sizeBytes > 0) return { start, end };
  response.end();
  return undefined;
}

const digestTag = (bytes: Uint8Array): string => `"${createHash('sha256').update(bytes).digest('hex')}"`;
