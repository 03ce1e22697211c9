import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from 'vitest';
import { scriptedServer } from '../../../test/support/scripted-server.ts';
import { readWhole } from './checked-bytes.ts';
import { type HttpLimits, HttpSource } from './http-source.ts';
import { ReadProblem } from './read-problem.ts';

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()));
});

async function serve(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  const server = await scriptedServer(answer);
  closers.push(server.close);
  return server.baseUrl;
}

const read = (
  url: string,
  limits: Partial<HttpLimits> = {},
  limitBytes = 1000,
  signal = new AbortController().signal,
) => readWhole(new HttpSource(signal, limits), url, limitBytes);

async function problemOf(reading: Promise<Buffer>): Promise<string> {
  const thrown = await reading.then(
    (bytes) => `read ${bytes.length} bytes`,
    (error: unknown) => error,
  );
  expect(thrown).toBeInstanceOf(ReadProblem);
  return (thrown as ReadProblem).message;
}

describe('a server that misbehaves is never waited for, and never believed', () => {
  test('one that does not answer', async () => {
    const base = await serve(() => {});
    expect(await problemOf(read(base, { firstByteMs: 50 }))).toContain('did not answer within 0.05 s');
  });

  test('one that stops in the middle', async () => {
    const base = await serve((_, response) => {
      response.writeHead(200, { 'content-length': 100 });
      response.write('half');
    });
    expect(await problemOf(read(base, { idleMs: 50 }))).toContain('sent nothing for 0.05 s');
  });

  test('one that sends so slowly that it is never quite idle still ends at its limit of bytes', async () => {
    const base = await serve((_, response) => {
      const timer = setInterval(() => response.write('x'.repeat(100)), 5);
      response.on('close', () => clearInterval(timer));
    });
    expect(await problemOf(read(base, { idleMs: 1000 }, 300))).toContain('longer than the 300 bytes');
  });

  test('one that ends early', async () => {
    const base = await serve((_, response) => {
      response.writeHead(200, { 'content-length': 100 });
      response.write('half', () => response.destroy());
    });
    expect(await problemOf(read(base))).toMatch(/ended early, after 4 of 100 bytes/);
  });

  test('one that ends early without having said how long it is', async () => {
    const base = await serve((_, response) => {
      response.writeHead(200);
      response.write('half', () => response.destroy());
    });
    expect(await problemOf(read(base))).toMatch(/ended early, after 4 bytes/);
  });

  test('one that is not there', async () => {
    expect(await problemOf(read('http://127.0.0.1:1/x'))).toContain('ECONNREFUSED');
  });

  test('one that speaks something else', async () => {
    const server = createServer((socket: Socket) => socket.resume().end('SSH-2.0-OpenSSH\r\n'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closers.push(() => new Promise((resolve) => server.close(() => resolve())));
    const { port } = server.address() as { port: number };
    expect(await problemOf(read(`http://127.0.0.1:${port}/`))).toContain('Parse Error');
  });

  test.each([404, 403, 500, 503, 204, 206])('one that answers %d', async (status) => {
    const base = await serve((_, response) => response.writeHead(status).end());
    expect(await problemOf(read(base))).toContain(`answers ${status}`);
  });

  test('one that packs on the way what nobody asked to be packed', async () => {
    const base = await serve((_, response) =>
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('hello')),
    );
    expect(await problemOf(read(base))).toContain('packed on the way');
  });
});

describe('redirects', () => {
  const to = (location: string | undefined) =>
    serve((request, response) => {
      if (request.url === '/there') response.end('found');
      else response.writeHead(302, location === undefined ? {} : { location }).end();
    });

  test('on the same host are followed', async () => {
    expect((await read(`${await to('/there')}/x`)).toString()).toBe('found');
    expect((await read(`${await to('there')}/x`)).toString()).toBe('found');
  });

  test('to another host are not', async () => {
    expect(await problemOf(read(`${await to('http://localhost/there')}/x`))).toContain('to another place');
    expect(await problemOf(read(`${await to('//evil.example/there')}/x`))).toContain('to another place');
  });

  test('to a file of this machine are not', async () => {
    expect(await problemOf(read(`${await to('file:///etc/passwd')}/x`))).toContain('to another place');
  });

  test('that never end are given up', async () => {
    expect(await problemOf(read(`${await to('/round')}/x`, { hops: 3 }))).toContain('more than 3 times');
  });

  test('to nowhere are said so', async () => {
    expect(await problemOf(read(`${await to(undefined)}/x`))).toContain('redirects to nowhere');
    expect(await problemOf(read(`${await to('http://[')}/x`))).toContain('which is no address');
  });
});

describe('who gives up is obeyed at once, and it is not called a fault of the server,', () => {
  test('before there is an answer', async () => {
    const controller = new AbortController();
    const base = await serve(() => controller.abort(new Error('enough')));
    await expect(read(base, {}, 1000, controller.signal)).rejects.toThrow('enough');
  });

  test('in the middle of an answer', async () => {
    const base = await serve((_, response) => {
      response.writeHead(200);
      response.write('half');
    });
    const controller = new AbortController();
    const reading = new HttpSource(controller.signal).open(base, 1000)[Symbol.asyncIterator]();
    expect(Buffer.from((await reading.next()).value ?? []).toString()).toBe('half');
    const next = reading.next();
    controller.abort(new Error('enough'));
    await expect(next).rejects.toThrow('enough');
  });
});
