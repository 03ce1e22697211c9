import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { request as secureRequest } from 'node:https';
import type { AddressInfo } from 'node:net';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/**
 * The same view on another port of 127.0.0.1, with one byte changed in every file that `isChanged` picks: what a client would
 * meet behind a broken disk or a hostile mirror. Sizes stay as they are.
 */
export async function openSpoilingProxy(
  baseUrl: string,
  isChanged: (path: string) => boolean,
): Promise<{ readonly baseUrl: string; close(): Promise<void> }> {
  const server = createServer((incoming, answer) => {
    forward(baseUrl, incoming, answer, isChanged(incoming.url ?? '')).catch(() => answer.destroy()); // apt sees it and says so
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()));
        server.closeAllConnections();
      }),
  };
}

async function forward(
  baseUrl: string,
  incoming: IncomingMessage,
  answer: ServerResponse,
  isChanged: boolean,
): Promise<void> {
  const target = new URL(`${baseUrl}${incoming.url ?? '/'}`);
  const upstream = await new Promise<IncomingMessage>((resolve, reject) => {
    const send = target.protocol === 'https:' ? secureRequest : request;
    const headers = { ...incoming.headers, host: target.host };
    send(target, { method: incoming.method, headers, agent: false }, resolve).on('error', reject).end();
  });
  answer.writeHead(upstream.statusCode ?? 502, upstream.headers);
  if (isChanged && upstream.statusCode === 200) await pipeline(upstream, changeOneByte(), answer);
  else await pipeline(upstream, answer);
}

function changeOneByte(): Transform {
  let isDone = false;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      if (isDone || chunk.length === 0) return done(null, chunk);
      isDone = true;
      const changed = Buffer.from(chunk);
      const middle = chunk.length >> 1;
      changed[middle] = (changed[middle] ?? 0) ^ 1;
      return done(null, changed);
    },
  });
}
